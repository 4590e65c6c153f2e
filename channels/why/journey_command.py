"""`suishen journey test`: stories of journeys, lived and judged.

Exit codes: 0 all wishes fulfilled, 1 some not or a story could not go on, 2 bad input.
"""

from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from channels.simulator.products import shelf
from channels.telling import in_language, tell
from channels.why import story_told
from channels.workbench.wording import Words
from journeys.catalogue.catalogue import Catalogue
from journeys.errors import DefinitionError
from journeys.reference import Reference
from journeys.stories.run import Miss, misses
from journeys.stories.story import Story, read_stories
from schemas.reference import Product
from schemas.time import format_instant
from streams.catalogue_files import SHIPPED, read_catalogue

STORIES: Final = SHIPPED.parent / "stories"
_MISSED: Final = 1
_PATH = click.Path(exists=True, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class Judged(NamedTuple):
    """A story and what it misses."""

    story: Story
    missed: list[Miss]
    stuck: DefinitionError | None = None
    """Why it could not be lived to its end, if it could not."""

    @property
    def is_failed(self) -> bool:
        """Was anything missed, or never reached?"""
        return bool(self.missed) or self.stuck is not None


@click.group()
def journey() -> None:
    """Journeys: lived in stories before they are released."""


@journey.command("test")
@click.argument("files", nargs=-1, type=_PATH)
@click.option(
    "--catalogue",
    type=_FOLDER,
    default=SHIPPED,
    show_default="the shipped one",
    help="Policies to live them under.",
)
@in_language
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def test_journeys(files: tuple[Path, ...], catalogue: Path, lang: str, *, as_json: bool) -> int:
    """Live the stories of FILES (or folders), the shipped ones by default, and judge them.

    Products are the synthetic bank's shelf. What a story may say: README of journeys/stories.
    Exit 0: all wishes fulfilled; 1: some not, or a story could not go on; 2: a file cannot be read.
    """
    policies = read_catalogue(catalogue)
    judged = _judged(files or (STORIES,), policies)
    failed = sum(one.is_failed for one in judged)
    if as_json:
        tell(_document(judged, policies), as_json=True)
    else:
        for one in judged:
            _tell(one, Words(lang, policies.at(one.story.start)))
        counts = {
            "stories": len(judged),
            "failed": failed,
            "missed": sum(len(one.missed) for one in judged),
            "stuck": sum(one.stuck is not None for one in judged),
        }
        click.echo(_SUMS[lang].format_map(counts))
    return _MISSED if failed else 0


def _judged(paths: tuple[Path, ...], catalogue: Catalogue) -> list[Judged]:
    reference, faults, judged = _reference(catalogue), list[str](), list[Judged]()
    for path in paths:
        for file in sorted(path.glob("*.toml")) if path.is_dir() else [path]:
            try:
                stories = read_stories(file.name, file.read_text(encoding="utf-8"))
                judged += [_lived(story, reference) for story in stories]
            except DefinitionError as error:
                faults.append(str(error))
    if faults:
        raise DefinitionError("\n".join(faults))
    if not judged:
        raise DefinitionError("no stories there; a story is a table [[story]] in a TOML file")
    return judged


def _lived(story: Story, reference: Reference) -> Judged:
    """What a story misses; what it asks for and cannot be ends it, and no other."""
    missed: list[Miss] = []
    try:
        missed.extend(misses(story, reference))
    except DefinitionError as error:
        return Judged(story, missed, error)
    return Judged(story, missed)


def _reference(catalogue: Catalogue) -> Reference:
    reference = Reference(0, catalogue)
    for offset, row in enumerate(shelf(), start=1):
        reference = reference.with_product(Product(**row), offset=offset)
    return reference


def _document(judged: list[Judged], policies: Catalogue) -> dict[str, Any]:
    words = Words("en", policies.editions[-1])
    return {
        "stories": [
            {
                "name": one.story.name_en,
                "place": one.story.place,
                "missed": [_of(miss, words) for miss in one.missed],
                "stuck": None if one.stuck is None else str(one.stuck),
            }
            for one in judged
        ],
        "stuck": sum(one.stuck is not None for one in judged),
        "missed": sum(len(one.missed) for one in judged),
    }


def _of(miss: Miss, words: Words) -> dict[str, str]:
    return {
        "place": miss.place,
        "at": format_instant(miss.at),
        "wish": story_told.wish(miss.wish, words),
        "instead": story_told.instead(miss.there, words),
    }


def _tell(one: Judged, words: Words) -> None:
    name = one.story.name_zh if words.language == "zh" else one.story.name_en
    click.echo(f"{'✗' if one.is_failed else '✓'} {name}")
    for miss in one.missed:
        click.echo("    " + story_told.miss(miss, words))
    if one.stuck is not None:
        why = story_told.stuck(one.stuck, words)
        click.echo("    " + _STUCK[words.language].format(why=why))


_SUMS: Final = {
    "zh": "故事 {stories} 个，未通过 {failed} 个：{missed} 个愿望未实现，{stuck} 个故事无法继续",
    "en": (
        "{stories} stories, {failed} failed: {missed} wishes not fulfilled, {stuck} could not go on"
    ),
}
_STUCK: Final = {"zh": "无法继续：{why}", "en": "could not go on: {why}"}
