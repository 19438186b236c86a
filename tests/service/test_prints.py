"""Forms of a year made in bulk: ordered, made piece by piece, joined, kept for a while."""

import io
import zipfile
from datetime import timedelta
from functools import partial

import pytest
from pypdf import PdfReader, PdfWriter
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.annual.prints import making, papers, queries, rules, service
from server.annual.prints.files import storage_of
from server.annual.prints.models import Print, PrintFile, PrintPiece
from server.annual.prints.rules import PIECE, PrintForm, PrintFormat, PrintStatus, in_parts, safe_name
from server.audit.models import AuditLine
from server.config import Settings
from server.db import transaction
from server.documents.error_codes import DocumentErrorCode
from server.errors import DomainError
from server.leases import Lease
from server.photos.storage import Storage
from tests import results
from tests.at_once import at_once
from tests.bulletins import needs_fonts
from tests.cast import NOW, Cast
from tests.killing import killed_at
from tests.refusing import refused
from tests.years import DRAFTING, OLD


@pytest.fixture
def storage(settings: Settings) -> Storage:
    return storage_of(settings)


@pytest.fixture
def drafted(session: Session, cast: Cast) -> None:
    results.open_old_year(session, cast)
    results.draft(session, cast)
    results.draft(session, cast, cast.other_branch)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of two members, each a page without words: setting them is tried elsewhere."""
    monkeypatch.setitem(PIECE, PrintForm.register, 2)
    monkeypatch.setattr(papers, "as_file", _empty_pages)


def _empty_pages(named: list[papers.Named], form: PrintForm, format: PrintFormat) -> bytes:
    if format is not PrintFormat.pdf:
        return papers.packed([(f"{name}.pdf", paper.title.encode()) for name, paper in named])
    writer = PdfWriter()
    for _ in named:
        writer.add_blank_page(100, 100)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def order(
    session: Session,
    cast: Cast,
    form: PrintForm = PrintForm.register,
    format: PrintFormat = PrintFormat.pdf,
    *,
    at: int | None = None,
) -> int:
    made = service.order(
        session,
        at or cast.branch,
        year=OLD,
        form=form,
        format=format,
        account_id=cast.li_wei.account_id,
        now=DRAFTING,
    )
    session.commit()
    return made.id


def shown(session: Session, print_id: int) -> Print:
    session.expire_all()
    return queries.find(session, print_id)


def content(session: Session, storage: Storage, print_id: int, number: int = 1) -> bytes:
    session.expire_all()
    file = service.check_file(queries.files_of(session, print_id), number)
    with storage.open(file.key) as opened:
        return opened.read()


def texts(file: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(file)).pages]


@needs_fonts
@pytest.mark.usefixtures("drafted")
def test_a_branch_has_a_page_for_each_member_in_one_file(
    session: Session, engine: Engine, cast: Cast, storage: Storage
) -> None:
    print_id = order(session, cast)
    making.make_all(engine, storage)
    done = shown(session, print_id)
    assert (done.status, done.made, done.papers, done.problem) == (PrintStatus.done, 4, 4, None)
    pages = texts(content(session, storage, print_id))
    assert len(pages) == 4
    assert all("党员积分量化登记表" in page and "□无异议□有异议" in page for page in pages)
    assert [name for name in ("张敏", "王芳", "李伟", "孙丽") if any(name in page for page in pages)] == [
        "张敏",
        "王芳",
        "李伟",
        "孙丽",
    ]
    (file,) = queries.files_of(session, print_id)
    assert file.name == f"{OLD}年度党员积分量化登记表_教工第一党支部.pdf"
    assert session.scalar(select(func.count()).select_from(PrintPiece)) == 0
    assert len(list(storage.stored())) == 1


@needs_fonts
@pytest.mark.usefixtures("drafted")
@pytest.mark.parametrize("form", [PrintForm.signatures, PrintForm.report, PrintForm.filing])
def test_above_branches_have_one_paper_each(
    session: Session, engine: Engine, cast: Cast, storage: Storage, form: PrintForm
) -> None:
    print_id = order(session, cast, form, at=cast.general_branch)
    making.make_all(engine, storage)
    pages = texts(content(session, storage, print_id))
    assert len(pages) == 2
    assert "教工第一党支部" in pages[0]
    assert "学生第一党支部" in pages[1]


@needs_fonts
@pytest.mark.sqlite_only
@pytest.mark.usefixtures("drafted")
@pytest.mark.parametrize("format", [PrintFormat.zip, PrintFormat.word])
def test_an_archive_has_a_file_for_each_member(
    session: Session, engine: Engine, cast: Cast, storage: Storage, format: PrintFormat
) -> None:
    print_id = order(session, cast, PrintForm.register_entries, format)
    making.make_all(engine, storage)
    with zipfile.ZipFile(io.BytesIO(content(session, storage, print_id))) as archive:
        names = archive.namelist()
        assert len(names) == 4
        assert names[0].startswith("教工第一党支部/001")
        assert {name.rpartition(".")[2] for name in names} == {"docx" if format is PrintFormat.word else "pdf"}
        assert all(archive.read(name) for name in names)


@pytest.mark.usefixtures("drafted", "quick")
def test_wherever_it_is_killed_the_next_one_finishes_and_nothing_is_made_twice(
    session: Session, engine: Engine, cast: Cast, storage: Storage
) -> None:
    moment = 1
    while True:
        print_id = order(session, cast)
        killed = killed_at(engine, moment, partial(_made_apart, storage, print_id), every=3)
        _forget_leases(engine)
        making.make(engine, storage, print_id)
        done = shown(session, print_id)
        assert (done.status, done.made) == (PrintStatus.done, 4), moment
        assert len(texts(content(session, storage, print_id))) == 4
        assert len(queries.files_of(session, print_id)) == 1
        if not killed:
            return
        moment += 1


def _made_apart(storage: Storage, print_id: int, engine: Engine) -> None:
    making.make(engine, storage, print_id)


def _forget_leases(engine: Engine) -> None:
    """As if the dead process's leases had run out."""

    def work(session: Session) -> None:
        for lease in session.scalars(select(Lease)):
            session.delete(lease)

    transaction(engine, work)


@pytest.mark.usefixtures("drafted", "quick")
def test_two_that_make_the_same_print_at_once_make_it_once(
    session: Session, engine: Engine, cast: Cast, storage: Storage
) -> None:
    print_id = order(session, cast)
    one = partial(making.make, engine, storage, print_id)
    at_once(one, one)
    making.make(engine, storage, print_id)
    done = shown(session, print_id)
    assert (done.status, done.made) == (PrintStatus.done, 4)
    assert len(list(storage.stored())) == 1


@pytest.mark.usefixtures("drafted")
def test_what_is_being_made_is_not_ordered_again(session: Session, cast: Cast) -> None:
    first = order(session, cast)
    assert order(session, cast) == first
    assert order(session, cast, format=PrintFormat.zip) != first
    assert order(session, cast, PrintForm.report) != first
    lines = select(func.count()).select_from(AuditLine).where(AuditLine.action == "print_order")
    assert session.scalar(lines) == 3


def test_without_results_there_is_nothing_to_print(session: Session, cast: Cast) -> None:
    results.open_old_year(session, cast)
    refused("nothing_drafted", lambda: order(session, cast))
    results.draft(session, cast)
    results.undo(session, cast)
    refused("nothing_drafted", lambda: order(session, cast))
    assert session.scalar(select(func.count()).select_from(Print)) == 0


@pytest.mark.usefixtures("drafted")
def test_more_papers_than_one_print_may_have_are_refused(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_PAPERS", 4)
    order(session, cast)
    monkeypatch.setattr(service, "MOST_PAPERS", 3)
    refused("too_many_papers", lambda: order(session, cast, format=PrintFormat.zip))


@pytest.mark.usefixtures("drafted", "quick")
def test_results_taken_back_while_they_are_printed_are_not_handed_out(
    session: Session, engine: Engine, cast: Cast, storage: Storage
) -> None:
    print_id = order(session, cast)
    results.undo(session, cast)
    making.make(engine, storage, print_id)
    done = shown(session, print_id)
    assert (done.status, done.problem) == (PrintStatus.failed, making.CHANGED)
    assert queries.files_of(session, print_id) == []
    assert session.scalar(select(func.count()).select_from(PrintPiece)) == 0


@pytest.mark.usefixtures("drafted", "quick")
def test_what_this_machine_cannot_make_is_told(
    session: Session, engine: Engine, cast: Cast, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise DomainError(DocumentErrorCode.no_chinese_font, "服务器没有安装中文字体")

    monkeypatch.setattr(papers, "as_file", refuse)
    print_id = order(session, cast)
    making.make(engine, storage, print_id)
    done = shown(session, print_id)
    assert (done.status, done.problem) == (PrintStatus.failed, "服务器没有安装中文字体")
    assert order(session, cast) != print_id


@pytest.mark.usefixtures("drafted", "quick")
def test_what_goes_wrong_is_tried_again_a_few_times_and_then_given_up(
    session: Session, engine: Engine, cast: Cast, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def fall(*_: object) -> bytes:
        tries.append(1)
        raise OSError("no room left")

    monkeypatch.setattr(papers, "as_file", fall)
    print_id = order(session, cast)
    for _ in range(rules.MOST_ATTEMPTS):
        making.make(engine, storage, print_id)
        assert shown(session, print_id).status == PrintStatus.making
        session.rollback()
    making.make(engine, storage, print_id)
    assert (shown(session, print_id).status, shown(session, print_id).problem) == (PrintStatus.failed, making.GIVEN_UP)
    assert len(tries) == rules.MOST_ATTEMPTS


@pytest.mark.usefixtures("drafted", "quick")
def test_large_prints_come_in_parts(
    session: Session, engine: Engine, cast: Cast, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "in_parts", lambda sizes: in_parts(sizes, most=1))
    print_id = order(session, cast)
    making.make(engine, storage, print_id)
    files = queries.files_of(session, print_id)
    title = f"{OLD}年度党员积分量化登记表_教工第一党支部"
    assert [file.name for file in files] == [f"{title}（1）.pdf", f"{title}（2）.pdf"]
    assert [len(texts(content(session, storage, print_id, number))) for number in (1, 2)] == [2, 2]
    refused("print_not_ready", lambda: content(session, storage, print_id, 3))


@pytest.mark.usefixtures("drafted", "quick")
def test_prints_are_kept_for_two_weeks_and_files_without_a_row_for_two_days(
    session: Session, engine: Engine, cast: Cast, storage: Storage
) -> None:
    print_id = order(session, cast)
    making.make(engine, storage, print_id)
    storage.put(f"ab/{'c' * 62}-{'d' * 32}", b"left behind")
    session.expire_all()
    service.sweep(session, storage, now=NOW)
    assert len(list(storage.stored())) == 2
    written = max(at for _, at in storage.stored())
    service.sweep(session, storage, now=written + rules.LEFT_BEHIND + timedelta(seconds=1))
    assert len(list(storage.stored())) == 1
    session.rollback()
    assert transaction(engine, lambda each: service.purge(each, storage, now=DRAFTING + rules.KEPT)) == 0
    later = DRAFTING + rules.KEPT + timedelta(seconds=1)
    assert transaction(engine, lambda each: service.purge(each, storage, now=later)) == 1
    assert list(storage.stored()) == []
    session.expire_all()
    assert session.get(Print, print_id) is None
    assert session.scalar(select(func.count()).select_from(PrintFile)) == 0


def test_pieces_are_joined_up_to_the_most_bytes() -> None:
    assert in_parts([], 10) == []
    assert in_parts([4, 6, 1], 10) == [[0, 1], [2]]
    assert in_parts([11, 4, 4, 4], 10) == [[0], [1, 2], [3]]


def test_names_of_files_hold_on_any_system() -> None:
    assert safe_name("教工/第一:党支部*?") == "教工_第一_党支部__"
    assert safe_name("...") == "_"
    same = papers.packed([("张敏.pdf", b"1"), ("张敏.pdf", b"2")])
    with zipfile.ZipFile(io.BytesIO(same)) as archive:
        assert archive.namelist() == ["张敏.pdf", "张敏(2).pdf"]
