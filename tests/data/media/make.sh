#!/bin/sh
# Makes the files beside it with ffmpeg: a fifth of a second each, with SECRET-fox wherever the format takes metadata.
set -eu
cd "$(dirname "$0")"
secret='{"6": {"inputs": {"text": "SECRET-fox in the snow"}, "class_type": "CLIPTextEncode"}}'
tags="-fflags +bitexact -metadata title=SECRET-fox -metadata comment=SECRET-fox -metadata artist=SECRET-fox"
video="-f lavfi -i testsrc=size=64x64:rate=10:duration=0.4"
audio="-f lavfi -i sine=frequency=440:duration=0.4:sample_rate=48000"
chapters=$(mktemp)
cover=$(mktemp).png
printf ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=300\ntitle=SECRET-fox\n' > "$chapters"
ffmpeg -v error -y -f lavfi -i color=red:size=8x8:duration=0.1 -frames:v 1 "$cover"
make() { ffmpeg -v error -y "$@"; }

make $video $audio $tags -metadata "prompt=$secret" -metadata:s:v title=SECRET-fox -movflags use_metadata_tags \
  -c:v libx264 -pix_fmt yuv420p -c:a aac -b:a 24k clip.mp4
make $video $audio $tags -movflags faststart -c:v libx264 -pix_fmt yuv420p -c:a aac -b:a 24k faststart.mp4
make $video $audio $tags -movflags frag_keyframe+empty_moov -c:v libx264 -c:a aac -b:a 24k fragments.mp4
make $video $tags -c:v libx264 -pix_fmt yuv420p clip.mov
make $audio $tags -c:a aac -b:a 24k sound.m4a
make $video $audio -i "$chapters" -map 0 -map 1 -map_metadata -1 -map_chapters 2 $tags -metadata "prompt=$secret" \
  -metadata:s:v title=SECRET-fox -c:v libvpx-vp9 -b:v 40k -c:a libopus -b:a 16k clip.webm
make $video $tags -metadata "prompt=$secret" -c:v libvpx -b:v 40k -f webm -live 1 pipe:1 > live.webm
make $video $tags -metadata:s:v title=SECRET-fox -attach "$cover" -metadata:s:t mimetype=image/png \
  -metadata:s:t filename=SECRET-fox.png -c:v libx264 clip.mkv
make $audio -i "$cover" -map 0 -map 1 $tags -metadata "prompt=$secret" -disposition:v attached_pic \
  -metadata:s:v title=SECRET-fox -c:a flac -sample_fmt s16 -ar 8000 sound.flac
make $audio $tags -metadata "prompt=$secret" -c:a libmp3lame -b:a 32k -write_id3v1 1 sound.mp3
make $audio $tags -write_id3v2 1 -c:a aac -b:a 24k sound.aac
make $audio $tags -metadata "prompt=$secret" -c:a libopus -b:a 16k -page_duration 100000 sound.opus
make $audio $tags -metadata "prompt=$secret" -c:a libvorbis -q:a 0 -page_duration 100000 sound.ogg
make $audio $tags -c:a flac -sample_fmt s16 -ar 8000 -f ogg flac.ogg
make $audio $tags -c:a libspeex -ar 8000 speex.ogg
make $video -f lavfi -i sine=duration=0.2:sample_rate=16000 $tags -c:v libtheora -q:v 0 -c:a libvorbis -q:a 0 clip.ogv
make $audio $tags -metadata description=SECRET-fox -write_bext 1 -ar 8000 -c:a pcm_s16le sound.wav
rm -f "$chapters" "$cover"
