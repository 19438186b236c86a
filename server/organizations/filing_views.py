"""备案 over HTTP."""

from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations import filings, present
from server.organizations.models import Filing
from server.organizations.procedure_schemas import (
    Direction,
    FilingDetailOut,
    FilingOut,
    FilingPath,
    FilingsQuery,
    NoteIn,
    ReturnIn,
)
from server.organizations.targets import filing_receiver_target, filing_target, organization_target
from server.presentation import OrganizationPath, Page, decode_id_cursor, page_of

api = Api("filings", __name__, tag="备案")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/filings",
    permission=Permission.filing_read,
    target=organization_target,
    responses={200: Page[FilingOut]},
)
def list_filings(context: Context, path: OrganizationPath, query: FilingsQuery) -> Page[FilingOut]:
    """收到（incoming）或报出（outgoing）的备案"""
    context.audit_look(AuditSubject.filing_list, path.organization_id)  # a title may name a member
    rows = filings.list_filings(
        context.session,
        organization_id=path.organization_id,
        incoming=query.direction is Direction.incoming,
        status=query.status,
        before_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows)
    return Page(items=present.filings_out(context, page), next_cursor=cursor)


@api.guarded(
    "GET",
    "/filings/<int:filing_id>",
    permission=Permission.filing_read,
    target=filing_target,
    responses={200: FilingDetailOut},
)
def read_filing(context: Context, path: FilingPath) -> FilingDetailOut:
    """查看备案及其经过"""
    context.audit_look(AuditSubject.filing, path.filing_id)
    return present.filing_detail_out(context, context.session.get_one(Filing, path.filing_id))


@api.guarded(
    "POST",
    "/filings/<int:filing_id>/receipt",
    permission=Permission.filing_receive,
    target=filing_receiver_target,
    responses={200: FilingDetailOut},
)
def receive_filing(context: Context, path: FilingPath, body: NoteIn) -> FilingDetailOut:
    """收到备案（登记在案，不是审批）"""
    filing = filings.receive(
        context.session, filing_id=path.filing_id, note=body.note, account_id=context.account_id, now=context.now
    )
    return present.filing_detail_out(context, filing)


@api.guarded(
    "POST",
    "/filings/<int:filing_id>/return",
    permission=Permission.filing_receive,
    target=filing_receiver_target,
    responses={200: FilingDetailOut},
)
def return_filing(context: Context, path: FilingPath, body: ReturnIn) -> FilingDetailOut:
    """退回备案并说明理由"""
    filing = filings.send_back(
        context.session, filing_id=path.filing_id, reason=body.reason, account_id=context.account_id, now=context.now
    )
    return present.filing_detail_out(context, filing)


@api.guarded(
    "POST",
    "/filings/<int:filing_id>/resubmission",
    permission=Permission.filing_submit,
    target=filing_target,
    responses={200: FilingDetailOut},
)
def resubmit_filing(context: Context, path: FilingPath, body: NoteIn) -> FilingDetailOut:
    """退回后重新报备"""
    filing = filings.resubmit(
        context.session, filing_id=path.filing_id, note=body.note, account_id=context.account_id, now=context.now
    )
    return present.filing_detail_out(context, filing)
