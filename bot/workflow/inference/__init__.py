"""A manifest for a graph that has none: what its nodes are for, told by their types and how they are joined."""

from bot.workflow.inference.infer import Inferred, infer

__all__ = ["Inferred", "infer"]
