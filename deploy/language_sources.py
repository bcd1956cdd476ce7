"""Whose texts the language model learnt from, and on what licence: part of its recipe, as their licences ask."""

SOURCES = {
    "UD_Danish-DDT, DaN+ (text of DDT)": ("CC-BY-SA-4.0", "Johannsen, Martínez Alonso, Plank; Buch-Kromann et al."),
    "UD_Norwegian-Bokmaal, UD_Norwegian-Nynorsk": ("CC-BY-SA-4.0", "Øvrelid, Hohle; National Library of Norway"),
    "NDT (text of the training part)": ("CC-BY-SA-4.0", "National Library of Norway"),
    "UD_Swedish-Talbanken": ("CC-BY-SA-4.0", "Einarsson, Teleman, Nivre"),
    "UD_Swedish-PUD, UD_German-PUD, UD_Icelandic-PUD": ("CC-BY-SA-4.0, CC-BY-SA-3.0", "the PUD treebanks' authors"),
    "UD_Faroese-OFT": ("CC-BY-SA-4.0", "University of the Faroe Islands and the articles' authors"),
    "UD_Faroese-FarPaHC": ("CC-BY-SA-4.0", "the treebank's authors"),
    "UD_Icelandic-Modern": ("CC-BY-SA-4.0", "the treebank's authors"),
    "UD_German-GSD, UD_English-EWT": ("CC-BY-SA-4.0", "the treebanks' authors"),
    "UD_Dutch-Alpino, UD_Dutch-LassySmall": ("CC-BY-SA-4.0", "the treebanks' authors"),
    "Tatoeba (OPUS-MT test sets)": ("CC-BY-2.0-FR", "Tatoeba's contributors; Tiedemann"),
    "FLORES-200": ("CC-BY-SA-4.0", "NLLB team, 2022"),
    "SIB-200 (text of FLORES-200)": ("CC-BY-SA-4.0", "Adelani et al., 2023"),
    "VisualEditor's translations": ("MIT", "translatewiki.net's contributors"),
    "iD's translations": ("ISC", "iD's contributors"),
    "Home Assistant's translations": ("Apache-2.0", "The Home Assistant Authors"),
    "matrix-react-sdk's translations": ("Apache-2.0", "the project's authors and translators"),
    "Chromium's translations (as in cefpython3)": ("BSD-3-Clause", "The Chromium Authors"),
    "scratch-l10n's translations": ("BSD-3-Clause", "Scratch Foundation and its translators"),
    "Umbraco's translations": ("MIT", "Umbraco A/S and contributors"),
    "Payload's translations": ("MIT", "Payload CMS, Inc. and contributors"),
    "wordfreq's lists of words": ("CC-BY-SA-4.0", "Robyn Speer"),
}
"""Licence and authors of each source."""
