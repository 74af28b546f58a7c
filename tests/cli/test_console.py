"""What is printed: counts, the gravest first, lines around a fault."""

from collections import Counter

from generator.cli import console
from generator.config.options import Report, Written
from generator.model.errors import Problem, Severity


def problem(number: int, severity: Severity = Severity.WARNING) -> Problem:
    return Problem(path=f"{number}.md", message="is odd", severity=severity)


def test_the_gravest_problems_are_printed_where_not_all_are(capfd):
    problems = [problem(n, Severity.NOTICE) for n in range(5)] + [problem(9, Severity.ERROR), problem(8)]
    console.print_problems(problems, limit=2)
    assert capfd.readouterr().err.splitlines() == [
        "error: 9.md: is odd",
        "warning: 8.md: is odd",
        "… and 5 more; `broadsheet check` prints them all",
    ]


def test_a_file_with_many_problems_does_not_hide_those_of_others(capfd):
    console.print_problems([*(problem(1) for _ in range(900)), problem(2), problem(3)], limit=3)
    assert capfd.readouterr().err.splitlines() == [
        "warning: 1.md: is odd",
        "warning: 2.md: is odd",
        "warning: 3.md: is odd",
        "… and 899 more; `broadsheet check` prints them all",
    ]


def test_one_thing_is_no_plural():
    assert [console.counted(n, "file") for n in (0, 1, 2, 1000)] == [
        "0 files",
        "1 file",
        "2 files",
        "1,000 files",
    ]


def test_the_first_step_of_a_save_counts_no_files_that_may_follow():
    done = Report(
        found=3,
        ignored=0,
        published=3,
        verdicts=Counter(),
        repaired=0,
        skipped=(),
        pages=Written(written=1, kept=57, deleted=2),
        problems=(),
    )
    assert console.closing_line(done, 0.5).endswith("; 1 file written, 57 kept, 2 deleted; 0.5 s")
    first = console.closing_line(done, 0.5, is_first_step=True)
    assert first.endswith("; 1 file written, 2 deleted, others follow; 0.5 s")


def test_only_a_terminal_sees_progress(capfd):
    with console.progress(quiet=False) as progress:
        progress("looking", 0, 5)
    assert capfd.readouterr() == ("", "")


def test_all_problems_keep_their_order(capfd):
    console.print_problems([problem(2), problem(1, Severity.ERROR)])
    assert capfd.readouterr().err.splitlines() == ["warning: 2.md: is odd", "error: 1.md: is odd"]


def test_a_fault_of_broadsheet_itself_is_shown_whole(capfd):
    try:
        1 / 0  # noqa: B018 - the fault is what is wanted
    except ZeroDivisionError as error:
        console.print_fault(error)
    err = capfd.readouterr().err
    assert "ZeroDivisionError: division by zero" in err
    assert "test_console.py" in err
