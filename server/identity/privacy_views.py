"""The privacy notice, and who agreed to it."""

from http import HTTPStatus

from server.error_codes import CoreErrorCode
from server.errors import DomainError
from server.identity import consents, present, privacy_notice
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.privacy_notice import PrivacyNotice
from server.identity.rules import Permission
from server.identity.schemas import ConsentIn, ConsentOut, ConsentsOut, PrivacyQuery

api = Api("privacy", __name__, tag="个人信息")


@api.guarded("GET", "/privacy-notice", permission=None, responses={200: PrivacyNotice})
def show_privacy_notice(context: Context, query: PrivacyQuery) -> PrivacyNotice:
    """个人信息使用说明；不指明版本时给现行的一版"""
    if query.version is None:
        return privacy_notice.current()
    if query.version not in privacy_notice.NOTICES:
        raise DomainError(CoreErrorCode.not_found, "没有这一版说明", status=HTTPStatus.NOT_FOUND)
    return privacy_notice.NOTICES[query.version]


@api.guarded("GET", "/me/privacy-consents", permission=Permission.signed_in, responses={200: ConsentsOut})
def list_my_consents(context: Context) -> ConsentsOut:
    """本人同意过哪些版本"""
    return ConsentsOut(items=[present.consent_out(each) for each in consents.of(context.session, context.account_id)])


@api.guarded("POST", "/me/privacy-consents", permission=Permission.signed_in, responses={200: ConsentOut})
def agree_to_privacy_notice(context: Context, body: ConsentIn) -> ConsentOut:
    """同意现行的个人信息使用说明；重复同意以第一次为准"""
    consent = consents.agree(context.session, account_id=context.account_id, version=body.version, now=context.now)
    return present.consent_out(consent)
