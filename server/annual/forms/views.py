"""Forms that are one file: 积分证明 of who leaves, 公示 on A4, 更正通报."""

from flask import Response
from pydantic import BaseModel

from server.annual.forms import correcting, gathering
from server.annual.forms.certificate import certificate
from server.annual.forms.correction import correction
from server.annual.forms.notice import notice
from server.annual.results import certificate as certificates
from server.annual.results.schemas import CertificateQuery, OrganizationYearPath
from server.annual.steps.holding import seen
from server.audit.subjects import AuditSubject
from server.documents.formats import ENDINGS, FILE_RESPONSE, MEDIA_TYPES, FileFormat, attached
from server.documents.layout import official
from server.documents.paper import PlainPaper, as_pdf, as_word
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.targets import member_target, organization_target
from server.presentation import Id, MemberPath
from server.publicity.models import Publicity
from server.publicity.schemas import PublicityPath
from server.publicity.targets import publicity_target

api = Api("year_forms", __name__, tag="年度表册")


class FormFileQuery(BaseModel):
    format: FileFormat = FileFormat.pdf


class CertificateFileQuery(CertificateQuery):
    format: FileFormat = FileFormat.pdf


class CorrectionFileQuery(BaseModel):
    """`edition_id` is the edition that corrects, as the year names it."""

    edition_id: Id
    format: FileFormat = FileFormat.pdf


@api.guarded(
    "GET",
    "/members/<int:member_id>/certificate/file",
    permission=Permission.score_read,
    target=member_target,
    responses={200: FILE_RESPONSE},
)
def get_certificate_file(context: Context, path: MemberPath, query: CertificateFileQuery) -> Response:
    """下载截至某日的积分证明，Word 或 PDF"""
    context.audit_look(AuditSubject.certificate, path.member_id)
    found = certificates.certificate(context.session, path.member_id, on=query.on, now=context.now)
    return _file(certificate(gathering.certificate_of(context.session, found, now=context.now)), query.format)


@api.guarded(
    "GET",
    "/publicities/<int:publicity_id>/notice",
    permission=Permission.publicity_oversee,
    target=publicity_target,
    responses={200: FILE_RESPONSE},
)
def get_publicity_notice(context: Context, path: PublicityPath, query: FormFileQuery) -> Response:
    """下载 A4 公示，供张贴，Word 或 PDF"""
    row = context.session.get_one(Publicity, path.publicity_id)
    return _file(notice(gathering.notice_of(context.session, row)), query.format)


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/years/<int:year>/correction/file",
    permission=Permission.form_print,
    target=organization_target,
    responses={200: FILE_RESPONSE},
)
def get_correction_file(context: Context, path: OrganizationYearPath, query: CorrectionFileQuery) -> Response:
    """下载更正通报，Word 或 PDF：只列有改变的，逐人写明更正前后；不写异议由谁提出"""
    context.audit_look(AuditSubject.organization_results, path.organization_id)
    way = seen(context.session, path.organization_id, path.year, now=context.now)
    made = correcting.correction_of(context.session, way.branch_year, query.edition_id)
    return _file(correction(made), query.format)


def _file(paper: PlainPaper, form: FileFormat) -> Response:
    made = as_word(paper, official()) if form is FileFormat.word else as_pdf([paper], official(), title=paper.title)
    return attached(made, name=f"{paper.title}.{ENDINGS[form]}", media_type=MEDIA_TYPES[form])
