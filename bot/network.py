"""What a broken connection raises, for those who do not speak HTTP themselves."""

import aiohttp

#: Refused, cut, timed out: discord.py lets these through as they are.
NETWORK_ERRORS = (aiohttp.ClientError, OSError, TimeoutError)
