"""Who may do what, as design §7 and 《实施方案》 have it: kept apart from `identity/rules.py`, so that nobody gains or
loses a right by a slip. A new route needs one line in ROUTES, a new permission one in MATRIX.

Columns: the member himself, every member of that organization, then the roles. A role counts where it is held and
everywhere below, nowhere else.
"""

COLUMNS = (
    "himself",
    "everyone",
    "group_leader",
    "committee_member",
    "deputy_secretary",
    "secretary",
    "organizer",
    "general_secretary",
    "organization_department",
    "inspector",
    "representative",
    "administrator",
)

MATRIX = """
                     himself everyone 组长 支委 副书记 书记 组织员 总支书记 组织部 督查 群众代表 管理员
data_export             x       .      .    .     .     .     .      .       .     .      .       .
account_manage          .       .      .    .     x     x     x      x       x     .      .       x
key_reset_see           x       .      .    .     x     x     x      x       x     .      .       x
grant_manage            .       .      .    .     .     .     x      x       x     .      .       x
audit_read              .       .      .    .     .     .     .      .       x     x      .       x
organization_read       .       x      x    x     x     x     x      x       x     x      x       x
organization_manage     .       .      .    .     .     .     x      x       x     .      .       x
workday_manage          .       .      .    .     .     .     .      .       x     .      .       .
branch_manage           .       .      .    .     x     x     x      x       x     .      .       x
member_read             x       .      x    x     x     x     x      x       x     x      .       x
member_manage           .       .      .    .     x     x     x      x       x     .      .       x
roster_import           .       .      .    .     x     x     x      x       x     .      .       x
stage_correct           .       .      .    .     .     .     x      x       x     .      .       .
transfer_manage         .       .      .    .     .     .     x      x       x     .      .       .
exemption_manage        .       .      .    .     x     x     x      x       x     .      .       .
filing_read             .       .      .    .     x     x     x      x       x     x      .       .
filing_submit           .       .      .    .     x     x     x      x       x     .      .       .
filing_receive          .       .      .    .     .     .     x      x       x     .      .       .
standard_read           .       x      x    x     x     x     x      x       x     x      x       x
standard_manage         .       .      .    .     x     x     x      x       x     .      .       .
score_read              x       .      x    x     x     x     x      x       x     x      .       .
decision_record         .       .      .    .     x     x     x      x       x     .      .       .
negative_record         .       .      .    .     .     .     .      x       x     .      .       .
negative_read           x       .      .    .     .     .     .      x       x     .      .       .
claim_submit            x       .      .    .     .     .     .      .       .     .      .       .
claim_write             x       .      .    x     x     x     .      .       .     .      .       .
claim_submit_for        .       .      .    x     x     x     .      .       .     .      .       .
claim_read              x       .      .    x     x     x     x      x       x     x      .       .
claim_review            .       .      .    x     x     x     x      x       x     .      .       .
claim_comment           .       .      .    .     .     .     .      .       .     .      x       .
photo_upload            x       .      .    x     x     x     .      .       .     .      .       .
dues_read               x       .      .    x     x     x     .      .       .     .      .       .
dues_record             .       .      .    x     x     x     .      .       .     .      .       .
dues_waive              .       .      .    .     x     x     x      x       x     .      .       .
dues_consent            .       .      .    .     x     x     x      x       x     .      .       .
meeting_read            .       x      x    x     x     x     x      x       x     x      .       .
meeting_manage          .       .      x    x     x     x     x      x       x     .      .       .
roster_read             .       .      x    x     x     x     x      x       x     x      .       .
roster_record           .       .      x    x     x     x     x      x       x     .      .       .
roster_confirm          .       .      x    .     x     x     x      x       x     .      .       .
resolution_read         .       .      .    x     x     x     x      x       x     x      .       .
resolution_record       .       .      .    .     x     x     x      x       x     .      .       .
objection_raise         x       .      .    x     x     x     x      x       x     .      .       .
objection_read          x       .      .    x     x     x     x      x       x     .      .       .
objection_handle        .       .      .    x     x     x     x      x       x     .      .       .
feedback_handle         .       .      .    x     x     x     x      x       x     .      .       .
leave_ask               x       .      x    x     x     x     .      .       .     .      .       .
leave_decide            .       .      x    x     x     x     x      x       x     .      .       .
attendance_read         x       .      x    x     x     x     x      x       x     x      .       .
statement_read          .       x      x    x     x     x     x      x       x     x      .       .
statement_confirm       .       .      .    .     x     x     x      x       x     .      .       .
statement_verify        .       .      .    x     x     x     x      x       x     x      .       .
year_read               .       .      x    x     x     x     x      x       x     x      .       .
year_work               .       .      .    x     x     x     x      x       x     .      .       .
stars_read              .       .      .    x     x     x     x      x       x     x      .       .
stars_prepare           .       .      .    .     x     x     x      x       x     .      .       .
rating_method_read      .       x      x    x     x     x     x      x       x     x      .       .
rating_method_manage    .       .      .    .     .     .     x      x       x     .      .       .
year_supervise          .       .      .    .     .     .     x      x       x     .      .       .
board_read              .       x      x    x     x     x     x      x       x     x      .       .
board_manage            .       .      .    .     x     x     x      x       x     .      .       .
publicity_read          .       x      x    x     x     x     x      x       x     x      .       .
publicity_oversee       .       .      .    x     x     x     x      x       x     x      .       .
publicity_propose       .       .      .    x     x     x     x      x       x     .      .       .
publicity_approve       .       .      .    x     x     x     x      x       x     .      .       .
bulletin_read           .       x      .    x     x     x     x      x       x     x      .       .
bulletin_manage         .       .      .    .     .     .     x      x       x     .      .       .
bulletin_audit          .       .      .    .     .     .     x      x       x     x      .       .
bulletin_annex          .       .      .    x     x     x     x      x       x     x      .       .
bulletin_acknowledge    .       .      .    .     x     x     .      .       .     .      .       .
form_print              .       .      .    x     x     x     x      x       x     .      .       .
overview_read           .       .      .    .     .     .     x      x       x     x      .       .
notice_manage           .       .      .    x     x     x     x      x       x     .      .       .
notice_read             .       x      .    x     x     x     x      x       x     .      .       .
notice_inbox            x       .      .    .     .     .     .      .       .     .      .       .
robot_manage            .       .      .    .     x     x     .      .       .     .      .       .
unreached_manage        .       .      .    x     x     x     x      x       x     .      .       .
"""

PUBLIC = "public"
SIGNED_IN = "signed_in"

ROUTES = {
    # identity
    "POST /auth/wechat": PUBLIC,
    "POST /auth/official": PUBLIC,
    "GET /auth/official": PUBLIC,
    "POST /auth/link": PUBLIC,
    "GET /wechat/js-sdk-signature": PUBLIC,
    "POST /auth/sign-out": SIGNED_IN,
    "GET /me": SIGNED_IN,
    "GET /sandbox/personas": PUBLIC,
    "GET /privacy-notice": PUBLIC,  # what one reads before one binds
    "GET /me/privacy-consents": SIGNED_IN,
    "POST /me/privacy-consents": SIGNED_IN,
    # binding
    "POST /binding/phone": SIGNED_IN,
    "POST /binding/activation": SIGNED_IN,
    "POST /me/unbinding": SIGNED_IN,
    # export
    "GET /members/<int:member_id>/export": "data_export",
    "POST /members/<int:member_id>/activation-codes": "account_manage",
    "POST /members/<int:member_id>/unbinding": "account_manage",
    "POST /organizations/<int:organization_id>/representatives": "account_manage",
    "POST /organizations/<int:organization_id>/representatives/<int:account_id>/departure": "account_manage",
    "GET /members/<int:member_id>/key-resets": "key_reset_see",
    "POST /members/<int:member_id>/key-resets": "account_manage",
    "POST /key-resets/<int:key_reset_id>/confirmation": "account_manage",
    "POST /key-resets/<int:key_reset_id>/stop": "key_reset_see",
    # organizations
    "GET /organizations/<int:organization_id>": "organization_read",
    "GET /organizations/<int:organization_id>/children": "organization_read",
    "POST /organizations/<int:organization_id>/children": "organization_manage",
    "PATCH /organizations/<int:organization_id>": "organization_manage",
    "POST /organizations/<int:organization_id>/closure": "organization_manage",
    "POST /organizations/<int:organization_id>/groups": "branch_manage",
    "PATCH /groups/<int:group_id>": "branch_manage",
    "POST /groups/<int:group_id>/closure": "branch_manage",
    "PUT /organizations/<int:organization_id>/settings": "branch_manage",
    # members
    "GET /organizations/<int:organization_id>/members": "member_read",
    "GET /members/<int:member_id>": "member_read",
    "POST /organizations/<int:organization_id>/members": "member_manage",
    "PATCH /members/<int:member_id>": "member_manage",
    "POST /members/<int:member_id>/category-correction": "stage_correct",
    "POST /members/<int:member_id>/stage-correction": "stage_correct",
    "POST /members/<int:member_id>/transfers": "transfer_manage",
    "GET /organizations/<int:organization_id>/suspensions": "exemption_manage",
    "POST /members/<int:member_id>/suspension": "transfer_manage",
    "POST /members/<int:member_id>/suspension/end": "transfer_manage",
    "POST /members/<int:member_id>/departure": "transfer_manage",
    # roles, exemptions, filings
    "GET /organizations/<int:organization_id>/grants": "organization_read",
    "POST /organizations/<int:organization_id>/grants": "grant_manage",
    "POST /grants/<int:grant_id>/end": "grant_manage",
    "GET /organizations/<int:organization_id>/exemptions": "exemption_manage",
    "GET /exemptions/<int:exemption_id>": "exemption_manage",
    "POST /members/<int:member_id>/exemptions": "exemption_manage",
    "POST /exemptions/<int:exemption_id>/passing": "exemption_manage",
    "POST /exemptions/<int:exemption_id>/filing": "exemption_manage",
    "POST /exemptions/<int:exemption_id>/end": "exemption_manage",
    "GET /organizations/<int:organization_id>/filings": "filing_read",
    "GET /filings/<int:filing_id>": "filing_read",
    "POST /filings/<int:filing_id>/receipt": "filing_receive",
    "POST /filings/<int:filing_id>/return": "filing_receive",
    "POST /filings/<int:filing_id>/resubmission": "filing_submit",
    # audit
    "GET /organizations/<int:organization_id>/audit-lines": "audit_read",
    # roster
    "GET /roster-template": PUBLIC,  # a blank sheet
    "POST /organizations/<int:organization_id>/roster-imports": "roster_import",
    "GET /organizations/<int:organization_id>/roster-imports": "roster_import",
    "GET /roster-imports/<int:import_id>": "roster_import",
    "GET /roster-imports/<int:import_id>/rows": "roster_import",
    "GET /roster-imports/<int:import_id>/problems": "roster_import",
    "POST /roster-imports/<int:import_id>/application": "roster_import",
    "POST /roster-imports/<int:import_id>/discarding": "roster_import",
    # photos
    "POST /members/<int:member_id>/photos": "photo_upload",
    "GET /members/<int:member_id>/photos": "photo_upload",
    "GET /photos/<int:photo_id>": "claim_read",
    "DELETE /photos/<int:photo_id>": "photo_upload",
    "GET /photo-files/<string:public_id>/<string:variant>": PUBLIC,  # the URL is signed and ends within minutes
    # stars
    "GET /organizations/<int:organization_id>/rating-methods/in-force": "rating_method_read",
    "GET /organizations/<int:organization_id>/rating-methods": "rating_method_read",
    "POST /organizations/<int:organization_id>/rating-methods": "rating_method_manage",
    "GET /rating-methods/<int:method_id>": "rating_method_read",
    "PUT /rating-methods/<int:method_id>": "rating_method_manage",
    "POST /rating-methods/<int:method_id>/publish": "rating_method_manage",
    "POST /rating-methods/<int:method_id>/filing": "rating_method_manage",
    "GET /organizations/<int:organization_id>/years/<int:year>/appraisals": "stars_read",
    "POST /organizations/<int:organization_id>/years/<int:year>/appraisals": "stars_prepare",
    "POST /appraisals/<int:appraisal_id>/withdrawal": "stars_prepare",
    "GET /organizations/<int:organization_id>/years/<int:year>/star-exceptions": "stars_read",
    "POST /organizations/<int:organization_id>/years/<int:year>/star-exceptions": "stars_prepare",
    "POST /star-exceptions/<int:exception_id>/withdrawal": "stars_prepare",
    "GET /organizations/<int:organization_id>/years/<int:year>/stars": "stars_read",
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/dry-run": "year_work",
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/proposal": "year_work",
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/approve": "year_supervise",
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/send-back": "year_supervise",
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/publicity": "publicity_propose",
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/publicity/approve": "publicity_approve",
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/publicity/withdraw": "publicity_propose",
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/file": "year_work",
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/supersede": "year_supervise",
    "GET /organizations/<int:organization_id>/years/<int:year>/stars/branches": "year_supervise",
    "GET /me/stars": "signed_in",
    "GET /members/<int:member_id>/stars": "score_read",
    # standards
    "GET /organizations/<int:organization_id>/standards/in-force": "standard_read",
    "GET /organizations/<int:organization_id>/standards": "standard_read",
    "POST /organizations/<int:organization_id>/standards": "standard_manage",
    "GET /standards/<int:standard_id>": "standard_read",
    "GET /standards/<int:standard_id>/diff": "standard_read",
    "PUT /standards/<int:standard_id>": "standard_manage",
    "POST /standards/<int:standard_id>/check": "standard_manage",
    "POST /standards/<int:standard_id>/publish": "standard_manage",
    "POST /standards/<int:standard_id>/withdraw": "standard_manage",
    "POST /standards/<int:standard_id>/filing": "standard_manage",
    # points
    "GET /members/<int:member_id>/score": "score_read",
    "GET /members/<int:member_id>/score/explanation": "score_read",
    "GET /members/<int:member_id>/entries": "score_read",
    "GET /organizations/<int:organization_id>/scores": "score_read",
    "POST /members/<int:member_id>/decisions": "decision_record",
    "POST /members/<int:member_id>/entries/<int:seq>/reversal": "decision_record",
    "GET /members/<int:member_id>/negative-decisions": "negative_read",
    "POST /members/<int:member_id>/negative-decisions": "negative_record",
    "POST /negative-decisions/<int:negative_decision_id>/confirmation": "negative_record",
    "POST /negative-decisions/<int:negative_decision_id>/suspension": "negative_record",
    "POST /negative-decisions/<int:negative_decision_id>/resumption": "negative_record",
    "POST /negative-decisions/<int:negative_decision_id>/revocation": "negative_record",
    "POST /negative-decisions/<int:negative_decision_id>/change-confirmation": "negative_record",
    "POST /negative-decisions/<int:negative_decision_id>/change-withdrawal": "negative_record",
    # claims
    "GET /members/<int:member_id>/claims": "claim_read",
    "GET /members/<int:member_id>/claimable-items": "claim_read",
    "GET /members/<int:member_id>/fellows": "claim_write",
    "GET /claims/<int:claim_id>": "claim_read",
    "POST /members/<int:member_id>/claims": "claim_submit",
    "POST /members/<int:member_id>/claims-on-behalf": "claim_submit_for",
    "PUT /claims/<int:claim_id>": "claim_write",
    "POST /claims/<int:claim_id>/submit": "claim_write",
    "POST /claims/<int:claim_id>/withdraw": "claim_write",
    "GET /organizations/<int:organization_id>/review-queue": "claim_review",
    "POST /claims/<int:claim_id>/open": "claim_review",
    "POST /claims/<int:claim_id>/approve": "claim_review",
    "POST /claims/<int:claim_id>/return": "claim_review",
    "POST /claims/<int:claim_id>/reject": "claim_review",
    "POST /claims/<int:claim_id>/revoke": "claim_review",
    "POST /claims/<int:claim_id>/notes": "claim_review",
    "POST /claims/<int:claim_id>/opinions": "claim_comment",
    "GET /organizations/<int:organization_id>/claims-under-verification": "claim_comment",
    # leave
    "POST /members/<int:member_id>/meetings/<int:meeting_id>/leave": "leave_ask",
    "POST /leaves/<int:leave_id>/withdraw": "leave_ask",
    "POST /leaves/<int:leave_id>/grant": "leave_decide",
    "POST /leaves/<int:leave_id>/refuse": "leave_decide",
    "GET /organizations/<int:organization_id>/leaves": "leave_decide",
    # meeting rosters
    "GET /rosters/<int:roster_id>": "roster_read",
    "POST /rosters/<int:roster_id>/members/<int:member_id>/enter": "roster_record",
    "POST /rosters/<int:roster_id>/members/<int:member_id>/correct": "roster_record",
    "POST /rosters/<int:roster_id>/members/<int:member_id>/undo": "roster_record",
    "POST /rosters/<int:roster_id>/members/<int:member_id>/make-up": "roster_record",
    "GET /rosters/<int:roster_id>/members/<int:member_id>/changes": "roster_read",
    # guests
    "GET /meetings/<int:meeting_id>/guests": "roster_read",
    "POST /meetings/<int:meeting_id>/guests/<int:member_id>/confirm": "roster_record",
    "POST /meetings/<int:meeting_id>/guests/<int:member_id>/refuse": "roster_record",
    "GET /meetings/<int:meeting_id>/oddities": "roster_read",
    # held check-ins
    "GET /meetings/<int:meeting_id>/held-check-ins": "roster_read",
    "POST /meetings/<int:meeting_id>/held-check-ins/confirm": "roster_record",
    "POST /meetings/<int:meeting_id>/held-check-ins/dismiss": "roster_record",
    "PUT /meetings/<int:meeting_id>/sharing": "meeting_manage",
    # dues
    "GET /members/<int:member_id>/dues": "dues_read",
    "PUT /members/<int:member_id>/dues/<string:month>": "dues_record",
    "POST /members/<int:member_id>/dues/<string:month>/correct": "dues_waive",
    "POST /members/<int:member_id>/dues/<string:month>/waive": "dues_waive",
    "POST /members/<int:member_id>/dues-consents": "dues_consent",
    "POST /members/<int:member_id>/dues-consents/<int:consent_id>/end": "dues_consent",
    "GET /organizations/<int:organization_id>/dues/<string:month>": "dues_read",
    "POST /organizations/<int:organization_id>/dues/paste": "dues_record",
    "POST /organizations/<int:organization_id>/dues/<string:month>/close": "dues_record",
    # check-in
    "POST /check-in-tickets": PUBLIC,
    "POST /check-in-digits": SIGNED_IN,
    "POST /check-ins": SIGNED_IN,
    # attendance
    "GET /members/<int:member_id>/attendance": "attendance_read",
    "GET /organizations/<int:organization_id>/attendance-table": "roster_read",
    "GET /organizations/<int:organization_id>/attendance-table.xlsx": "roster_read",
    "GET /rosters/<int:roster_id>/sheet.xlsx": "roster_read",
    # settling meetings
    "GET /rosters/<int:roster_id>/settlement": "roster_read",
    "POST /rosters/<int:roster_id>/confirm": "roster_confirm",
    "POST /rosters/<int:roster_id>/reopen": "roster_confirm",
    # meetings
    "POST /organizations/<int:organization_id>/meetings": "meeting_manage",
    "POST /organizations/<int:organization_id>/meeting-previews": "meeting_manage",
    "GET /organizations/<int:organization_id>/meetings": "meeting_read",
    "GET /meetings/<int:meeting_id>": "meeting_read",
    "PATCH /meetings/<int:meeting_id>": "meeting_manage",
    "POST /meetings/<int:meeting_id>/cancel": "meeting_manage",
    "POST /meetings/<int:meeting_id>/end-check-in": "meeting_manage",
    "POST /meetings/<int:meeting_id>/extend-check-in": "meeting_manage",
    "PUT /meetings/<int:meeting_id>/minutes": "meeting_manage",
    "GET /members/<int:member_id>/meetings": "attendance_read",
    "GET /members/<int:member_id>/meetings/<int:meeting_id>": "attendance_read",
    # votes
    "GET /meetings/<int:meeting_id>/resolutions": "resolution_read",
    "POST /meetings/<int:meeting_id>/resolutions": "resolution_record",
    "POST /resolutions/<int:resolution_id>/withdraw": "resolution_record",
    # objections
    "GET /members/<int:member_id>/objection-form": "objection_raise",
    "GET /members/<int:member_id>/objection-matters": "objection_raise",
    "GET /members/<int:member_id>/objections": "objection_read",
    "POST /members/<int:member_id>/objections": "objection_raise",
    "GET /organizations/<int:organization_id>/objections": "objection_handle",
    "GET /objections/<int:objection_id>": "objection_read",
    "POST /objections/<int:objection_id>/refuse": "objection_handle",
    "POST /objections/<int:objection_id>/assign": "objection_handle",
    "POST /objections/<int:objection_id>/extend": "objection_handle",
    "POST /objections/<int:objection_id>/answer": "objection_handle",
    "POST /objections/<int:objection_id>/accept": "objection_raise",
    "POST /objections/<int:objection_id>/escalate": "objection_raise",
    "POST /objections/<int:objection_id>/withdraw": "objection_raise",
    "GET /objections/<int:objection_id>/correction": "objection_handle",
    "POST /objections/<int:objection_id>/correction": "objection_handle",
    "GET /objections/<int:objection_id>/letters/<letter>": "objection_read",
    "POST /objections/<int:objection_id>/letters/<letter>/receipt": "objection_raise",
    # feedback
    "GET /organizations/<int:organization_id>/feedback-form": "signed_in",
    "POST /organizations/<int:organization_id>/feedbacks": "signed_in",
    "POST /feedback-progress": "signed_in",
    "GET /organizations/<int:organization_id>/feedbacks": "feedback_handle",
    "GET /feedbacks/<int:feedback_id>": "feedback_handle",
    "POST /feedbacks/<int:feedback_id>/identity": "feedback_handle",
    "POST /feedbacks/<int:feedback_id>/refuse": "feedback_handle",
    "POST /feedbacks/<int:feedback_id>/assign": "feedback_handle",
    "POST /feedbacks/<int:feedback_id>/extend": "feedback_handle",
    "POST /feedbacks/<int:feedback_id>/answer": "feedback_handle",
    "POST /feedbacks/<int:feedback_id>/objection": "feedback_handle",
    "POST /feedbacks/<int:feedback_id>/handover-file": "feedback_handle",
    "POST /feedbacks/<int:feedback_id>/hand-over": "feedback_handle",
    # the screen
    "GET /meetings/<int:meeting_id>/screen": "meeting_manage",
    "POST /meetings/<int:meeting_id>/screen-links": "meeting_manage",
    "POST /meetings/<int:meeting_id>/screens/closing": "meeting_manage",
    "POST /screen-sessions": PUBLIC,  # by a key or digits that an officer just made
    "GET /screens/<int:meeting_id>": PUBLIC,  # by the token of a screen session
    # boards
    "GET /organizations/<int:organization_id>/board": "board_read",
    "GET /organizations/<int:organization_id>/board-links": "board_manage",
    "POST /organizations/<int:organization_id>/board-links": "board_manage",
    "POST /board-links/<int:board_link_id>/revocation": "board_manage",
    "POST /board-sessions": PUBLIC,  # by the key of a link that a leader made
    "GET /boards/<int:organization_id>": PUBLIC,  # by the token of a board session
    "GET /members/<int:member_id>/statement-sheet": "score_read",
    # notices
    "POST /organizations/<int:organization_id>/notices": "notice_manage",
    "GET /organizations/<int:organization_id>/notices": "notice_manage",
    "GET /notices/<int:notice_id>": "notice_read",
    "PATCH /notices/<int:notice_id>": "notice_manage",
    "POST /notices/<int:notice_id>/publish": "notice_manage",
    "POST /notices/<int:notice_id>/withdraw": "notice_manage",
    "GET /notices/<int:notice_id>/reading": "notice_manage",
    "GET /notices/<int:notice_id>/readers": "notice_manage",
    "POST /notices/<int:notice_id>/readers/<int:member_id>/told": "notice_manage",
    "POST /notices/<int:notice_id>/remind": "notice_manage",
    "GET /members/<int:member_id>/notices": "notice_inbox",
    "POST /members/<int:member_id>/notices/<int:notice_id>/read": "notice_inbox",
    "POST /notices/<int:notice_id>/files": "notice_manage",
    "DELETE /notices/<int:notice_id>/files/<int:file_id>": "notice_manage",
    "GET /notice-files/<string:public_id>": PUBLIC,
    # pushes
    "GET /me/todos": SIGNED_IN,
    "GET /me/inbox": SIGNED_IN,
    "GET /me/inbox/unread": SIGNED_IN,
    "POST /me/inbox/read": SIGNED_IN,
    "POST /me/inbox/<int:push_id>/read": SIGNED_IN,
    "GET /me/push-preferences": SIGNED_IN,
    "PUT /me/push-preferences": SIGNED_IN,
    "GET /me/subscriptions": SIGNED_IN,
    "POST /me/subscriptions": SIGNED_IN,
    "GET /organizations/<int:organization_id>/unreached-pushes": "unreached_manage",
    "GET /organizations/<int:organization_id>/unreached-pushes/counts": "unreached_manage",
    "POST /unreached-pushes/<int:push_id>/told": "unreached_manage",
    "GET /organizations/<int:organization_id>/group-robot": "robot_manage",
    "PUT /organizations/<int:organization_id>/group-robot": "robot_manage",
    "DELETE /organizations/<int:organization_id>/group-robot": "robot_manage",
    "POST /organizations/<int:organization_id>/group-robot/trial": "robot_manage",
    # the year's steps
    "GET /organizations/<int:organization_id>/years/<int:year>": "year_read",
    "GET /organizations/<int:organization_id>/years/<int:year>/branches": "year_supervise",
    "POST /organizations/<int:organization_id>/years/<int:year>/draft": "year_work",
    "POST /organizations/<int:organization_id>/years/<int:year>/report": "year_work",
    "POST /organizations/<int:organization_id>/years/<int:year>/correction": "year_work",
    "POST /organizations/<int:organization_id>/years/<int:year>/publicity": "publicity_propose",
    "POST /organizations/<int:organization_id>/years/<int:year>/publicity/approve": "publicity_approve",
    "POST /organizations/<int:organization_id>/years/<int:year>/publicity/withdraw": "publicity_propose",
    "POST /organizations/<int:organization_id>/years/<int:year>/file": "year_work",
    "POST /organizations/<int:organization_id>/years/<int:year>/undo": "year_work",
    "POST /organizations/<int:organization_id>/years/<int:year>/cut-off": "year_supervise",
    "POST /organizations/<int:organization_id>/years/<int:year>/delegate": "year_supervise",
    "POST /organizations/<int:organization_id>/years/<int:year>/remind": "year_supervise",
    # statements
    "GET /organizations/<int:organization_id>/statements": "statement_read",
    "GET /statements/<int:statement_id>": "statement_read",
    "POST /statements/<int:statement_id>/confirmation": "statement_confirm",
    "GET /statements/<int:statement_id>/verification": "statement_verify",
    "GET /members/<int:member_id>/statements": "score_read",
    "GET /me/results": SIGNED_IN,
    "GET /me/results/<int:year>": SIGNED_IN,
    "GET /members/<int:member_id>/results/<int:year>": "score_read",
    "GET /organizations/<int:organization_id>/years/<int:year>/results": "score_read",
    "GET /members/<int:member_id>/certificate": "score_read",
    "GET /organizations/<int:organization_id>/overview": "overview_read",
    # working days
    "GET /organizations/<int:organization_id>/workdays/<int:year>": "organization_read",
    "PUT /organizations/<int:organization_id>/workdays/<string:day>": "workday_manage",
    "DELETE /organizations/<int:organization_id>/workdays/<string:day>": "workday_manage",
    "PUT /organizations/<int:organization_id>/workday-years/<int:year>": "workday_manage",
    "DELETE /organizations/<int:organization_id>/workday-years/<int:year>": "workday_manage",
    # vacations
    "GET /organizations/<int:organization_id>/vacations/<int:year>": "organization_read",
    "POST /organizations/<int:organization_id>/vacations": "workday_manage",
    "PUT /vacations/<int:vacation_id>": "workday_manage",
    "DELETE /vacations/<int:vacation_id>": "workday_manage",
    # forms of the year
    "GET /members/<int:member_id>/certificate/file": "score_read",
    "GET /publicities/<int:publicity_id>/notice": "publicity_oversee",
    "POST /organizations/<int:organization_id>/years/<int:year>/prints": "form_print",
    "GET /organizations/<int:organization_id>/years/<int:year>/prints": "form_print",
    "GET /organizations/<int:organization_id>/years/<int:year>/correction/file": "form_print",
    "GET /prints/<int:print_id>": "form_print",
    "GET /prints/<int:print_id>/file": PUBLIC,  # the URL is signed and ends within minutes
    # publicity
    "GET /organizations/<int:organization_id>/publicities": "publicity_read",
    "GET /publicities/<int:publicity_id>": "publicity_read",
    "GET /publicities/<int:publicity_id>/poster.pdf": "publicity_read",
    # bulletins
    "GET /organizations/<int:organization_id>/bulletins": "bulletin_read",
    "GET /bulletins/<int:bulletin_id>": "bulletin_read",
    "PUT /bulletins/<int:bulletin_id>/description": "bulletin_manage",
    "POST /bulletins/<int:bulletin_id>/redrawing": "bulletin_manage",
    "POST /bulletins/<int:bulletin_id>/publication": "bulletin_manage",
    "GET /bulletins/<int:bulletin_id>/verification": "bulletin_audit",
    "GET /bulletins/<int:bulletin_id>/annex": "bulletin_audit",
    "GET /bulletins/<int:bulletin_id>/file": "bulletin_audit",
    "GET /bulletins/<int:bulletin_id>/branches/<int:organization_id>/annex": "bulletin_annex",
    "GET /bulletins/<int:bulletin_id>/branches/<int:organization_id>/file": "bulletin_annex",
    "POST /bulletins/<int:bulletin_id>/branches/<int:organization_id>/receipt": "bulletin_acknowledge",
}


def may() -> dict[str, frozenset[str]]:
    """Return permission → the columns that are let in."""
    rows = [line.split() for line in MATRIX.strip().splitlines()[1:]]
    return {
        name: frozenset(column for column, mark in zip(COLUMNS, marks, strict=True) if mark == "x")
        for name, *marks in rows
    }
