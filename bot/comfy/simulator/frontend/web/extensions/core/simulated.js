// A simulated server has no extensions to speak of.
