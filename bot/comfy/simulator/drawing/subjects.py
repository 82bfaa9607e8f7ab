"""Who or what is in the picture: words, the figure, its size, and where it belongs."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.comfy.simulator.drawing import animals, buildings, creatures, people, things, vehicles
from bot.comfy.simulator.drawing.figure import Figure
from bot.comfy.simulator.drawing.wish import listed


class Place(StrEnum):
    #: On the ground of a landscape.
    LAND = "land"
    #: On the surface of a lake or the sea.
    WATER = "water"
    #: Below the surface.
    DEEP = "deep"
    #: In the air.
    AIR = "air"
    #: On a table, close by.
    TABLE = "table"
    #: Close by, before a soft background.
    STUDIO = "studio"


@dataclass(frozen=True)
class Subject:
    """``size`` is a share of the picture's shorter side."""

    words: frozenset[str]
    figure: Callable[[Figure], None]
    size: float
    place: Place = Place.LAND


def _subject(words: str, figure: Callable[[Figure], None], size: float, place: Place = Place.LAND) -> Subject:
    return Subject(listed(words), figure, size, place)


#: Earlier ones come first where a prompt names many.
SUBJECTS: tuple[Subject, ...] = (
    _subject("portrait face headshot selfie beard bearded", people.portrait, 0.86, Place.STUDIO),
    _subject("dragon dragons wyvern", creatures.dragon, 0.46),
    _subject("unicorn unicorns pegasus", animals.unicorn, 0.42),
    _subject("fox foxes", animals.fox, 0.38),
    _subject("wolf wolves husky", animals.wolf, 0.4),
    _subject("cat cats kitten kitty", animals.cat, 0.38),
    _subject("dog dogs puppy corgi", animals.dog, 0.38),
    _subject("horse horses pony", animals.horse, 0.42),
    _subject("deer stag elk moose", animals.deer, 0.4),
    _subject("lion lions tiger leopard", animals.lion, 0.42),
    _subject("panda pandas", animals.panda, 0.4),
    _subject("bear bears teddy", animals.bear, 0.42),
    _subject("rabbit rabbits bunny hare", animals.rabbit, 0.36),
    _subject("owl owls", creatures.owl, 0.44),
    _subject("bird parrot robin sparrow crow raven eagle", creatures.bird, 0.36),
    _subject("butterfly butterflies moth", creatures.butterfly, 0.34, Place.AIR),
    _subject("whale whales dolphin shark orca", creatures.whale, 0.44, Place.WATER),
    _subject("fish goldfish clownfish koi", creatures.fish, 0.4, Place.DEEP),
    _subject("ghost ghosts spirit", creatures.ghost, 0.36),
    _subject("robot robots android mecha cyborg", people.robot, 0.44),
    _subject("astronaut astronauts cosmonaut spaceman", people.astronaut, 0.46),
    _subject("knight knights samurai warrior paladin", people.knight, 0.48),
    _subject("wizard witch mage sorcerer", people.wizard, 0.46),
    _subject("rocket spaceship spacecraft starship", vehicles.rocket, 0.42, Place.AIR),
    _subject("balloon balloons airship", vehicles.balloon, 0.4, Place.AIR),
    _subject("castle palace fortress ruins", buildings.castle, 0.5),
    _subject("pagoda temple shrine", buildings.pagoda, 0.48),
    _subject("lighthouse", buildings.lighthouse, 0.5),
    _subject("windmill mill", buildings.windmill, 0.48),
    _subject("house cottage cabin hut home village farm barn", buildings.house, 0.36),
    _subject("ship galleon pirate frigate", vehicles.ship, 0.46, Place.WATER),
    _subject("boat sail sailboat yacht canoe", vehicles.boat, 0.36, Place.WATER),
    _subject("train locomotive railway", vehicles.train, 0.34),
    _subject("car truck taxi convertible automobile", vehicles.car, 0.42),
    _subject("bicycle bike cyclist", vehicles.bicycle, 0.36),
    _subject("bottle potion jar vase", things.bottle, 0.6, Place.TABLE),
    _subject("cup coffee tea mug espresso", things.cup, 0.5, Place.TABLE),
    _subject("apple apples", things.apple, 0.5, Place.TABLE),
    _subject("fruit fruits bowl oranges grapes", things.fruit, 0.6, Place.TABLE),
    _subject("heart hearts love", things.heart, 0.5, Place.STUDIO),
    _subject("mushroom mushrooms toadstool", things.mushroom, 0.34),
    _subject("flower flowers rose roses tulip sunflower daisy", things.flower, 0.42),
    _subject("tree oak willow sakura maple bonsai", things.tree, 0.5),
    _subject(
        "person man woman girl boy child lady king queen prince princess hero dancer people running walking dancing",
        people.person,
        0.44,
    ),
)
