# SPDX-License-Identifier: EUPL-1.2
"""Show beat N of a run, or write the page of all beats: play.py RUN LANGUAGE (1|2|3|4|5|account|page PATH)."""

import sys

import beats
from tell import Beat, Lines, Page, Terminal


def main(arguments):
    folder, language, what = arguments[:3]
    run = beats.Run(folder, language)
    if what == "page":
        page = Page(run.say("Schakel: het verhaal van een melding", "Schakel: the story of a report"), language,
                    "VOORBEELD - niet juridisch getoetst")
        for number, make in enumerate(beats.BEATS, 1):
            page.beat(number, make(run))
        page.beat(len(beats.BEATS) + 1, account_beat(run))
        page.write(arguments[3])
    elif what == "account":
        Terminal(sys.stdout).beat(len(beats.BEATS) + 1, account_beat(run))
    else:
        Terminal(sys.stdout).beat(int(what), beats.BEATS[int(what) - 1](run))


def account_beat(run):
    return Beat(run.say("De rekening", "The account"), "", [Lines(beats.account(run))])


main(sys.argv[1:])
