"""The correction of an upheld objection over HTTP."""

from flask import current_app

from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.objections import present as objections
from server.objections import queries
from server.objections.corrections import present, service
from server.objections.corrections.schemas import UpheldCorrectionIn, UpheldCorrectionOut, UpheldCorrectionQuery
from server.objections.schemas import ObjectionOut, ObjectionPath
from server.objections.targets import objection_target

api = Api("objection_corrections", __name__, tag="异议")


@api.guarded(
    "GET",
    "/objections/<int:objection_id>/correction",
    permission=Permission.objection_handle,
    target=objection_target,
    responses={200: UpheldCorrectionOut},
)
def show_correction(context: Context, path: ObjectionPath, query: UpheldCorrectionQuery) -> UpheldCorrectionOut:
    """异议成立后在原处更正的内容：按结论预填，列出更正前后的分值"""
    context.audit_look(AuditSubject.objection, path.objection_id)
    row = queries.get_objection(context.session, path.objection_id)
    return present.correction(context, current_app.extensions["engine"], row, query)


@api.guarded(
    "POST",
    "/objections/<int:objection_id>/correction",
    permission=Permission.objection_handle,
    target=objection_target,
    responses={200: ObjectionOut},
    idempotent=False,
)
def carry_out_correction(context: Context, path: ObjectionPath, body: UpheldCorrectionIn) -> ObjectionOut:
    """在原处更正；原来的记录保留，年度结果已形成的另出更正版"""
    row = service.carry_out(
        context.session,
        path.objection_id,
        version=body.version,
        wished=present.wished(body),
        actor=context.actor,
        account_id=context.account_id,
        now=context.now,
    )
    return objections.whole(context, row)
