"""The catalogues of sentences: written by `make messages`, held by the tests."""
