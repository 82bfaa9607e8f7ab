"""The simulator beside a real ComfyUI: the same requests to both, and what the real ones answered, recorded."""
