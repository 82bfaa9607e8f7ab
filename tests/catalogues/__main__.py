"""`python -m tests.catalogues`: brings the list for translators and every catalogue up to date with the code."""

from __future__ import annotations

import sys

from tests.catalogues.extracting import template
from tests.catalogues.merging import TEMPLATE, lacking, languages, merged, of_language, read, replace, written_template


def main() -> None:
    """Print how many are missing in each language."""
    sentences = template()
    replace(TEMPLATE, written_template(sentences))
    for language in languages():
        path = of_language(language)
        replace(path, merged(language, sentences))
        missing = [message for message in read(path) if message.id and lacking(message.string)]
        sys.stdout.write(f"{language}: {len(missing)} of {len(sentences)} are missing\n")


if __name__ == "__main__":
    main()
