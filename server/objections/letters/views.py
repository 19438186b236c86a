"""Letters of an objection over HTTP: the files, and that they arrived."""

from flask import Response

from server.audit.subjects import AuditSubject
from server.documents.formats import ENDINGS, FILE_RESPONSE, MEDIA_TYPES, FileFormat, attached
from server.documents.layout import official
from server.documents.paper import as_pdf, as_word
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.objections import present, queries
from server.objections.letters import gathering, service
from server.objections.letters.schemas import LetterPath, LetterQuery, ReceiptIn
from server.objections.places import is_told
from server.objections.schemas import ObjectionOut
from server.objections.steps import takes_part
from server.objections.targets import objection_target

api = Api("objection_letters", __name__, tag="异议")


@api.guarded(
    "GET",
    "/objections/<int:objection_id>/letters/<letter>",
    permission=Permission.objection_read,
    target=objection_target,
    responses={200: FILE_RESPONSE},
)
def get_objection_letter(context: Context, path: LetterPath, query: LetterQuery) -> Response:
    """下载受理通知、不予受理告知书或答复书，Word 或 PDF"""
    context.audit_look(AuditSubject.objection, path.objection_id)
    row = queries.get_objection(context.session, path.objection_id)
    if not is_told(context.session, row, context.account_id, context.actor.member_id):
        raise takes_part()
    paper = gathering.paper(context.session, row, path.letter)
    form = query.format
    made = as_word(paper, official()) if form is FileFormat.word else as_pdf([paper], official(), title=paper.title)
    return attached(made, name=f"{paper.title}.{ENDINGS[form]}", media_type=MEDIA_TYPES[form])


@api.guarded(
    "POST",
    "/objections/<int:objection_id>/letters/<letter>/receipt",
    permission=Permission.objection_raise,
    target=objection_target,
    responses={200: ObjectionOut},
    idempotent=False,
)
def note_letter_receipt(context: Context, path: LetterPath, body: ReceiptIn) -> ObjectionOut:
    """本人打开文书的记下看到时间；当面送达的由经办人写明时间、地点"""
    row = service.received(
        context.session,
        path.objection_id,
        path.letter,
        own=context.actor.member_id == context.target.member_id,
        words=body.words,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, row)
