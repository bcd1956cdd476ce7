"""Two readings of a page: our own within the ends of the other, and a little on."""

from corpus.overlay import laid_over

ABOVE = "Forside\n\n# Overskrift\n\n"
WITHIN = "Første afsnit er langt nok.\n\n- et punkt\n- endnu et\n\nAndet afsnit er også langt nok."
FOUND = "Første afsnit er langt nok.\nAndet afsnit er også langt nok."


def test_what_was_lost_between_the_ends_is_there_again() -> None:
    """Lists between, and headings right above, come from our own reading; what stands before them does not."""
    assert laid_over(FOUND, ABOVE + WITHIN, set()).strip() == "# Overskrift\n\n" + WITHIN


def test_what_stands_behind_is_taken_up_to_the_first_link() -> None:
    """A last section goes on; a list of other pages ends it."""
    behind = "\n\n## Til sidst\n\nSidste afsnit.\n\nEn anden side\n\nMere om alt muligt."
    assert laid_over(FOUND, WITHIN + behind, {"enandenside"}).strip() == WITHIN + "\n\n## Til sidst\n\nSidste afsnit."


def test_what_stands_behind_is_bounded() -> None:
    """Very much behind very little is not taken."""
    assert laid_over(FOUND, WITHIN + "\n\nmeget mere" * 100, set()).count("meget mere") < 50


def test_a_reading_that_lost_much_is_not_used() -> None:
    """When our own reading lacks sentences trafilatura found, its text stands; a list of links is no loss."""
    longer = FOUND + "\nEt tredje afsnit, som ikke er i vores egen læsning af siden."
    assert laid_over(longer, WITHIN, set()) == longer
    assert laid_over(longer, WITHIN, {"ettredjeafsnitsomikkeerivoresegenlæsningafsiden"}).strip() == WITHIN
    assert laid_over(FOUND, "Noget helt andet.", set()) == FOUND
