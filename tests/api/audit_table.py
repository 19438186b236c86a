"""What each changing route leaves in the audit trail, or why it leaves nothing. A new route needs one line here.

`tests/audited.py` holds every change that a test makes through the API against it. A line is "action subject_kind";
` + ` joins what one request leaves together, ` | ` parts what it leaves from case to case.
"""

LINES = {
    "POST /auth/link": "login_by_link account",
    "POST /binding/phone": "bind account",
    "POST /binding/activation": "bind account",
    "POST /me/unbinding": "unbind account",
    "POST /members/<int:member_id>/activation-codes": "activation_code account",
    "POST /members/<int:member_id>/unbinding": "unbind account",
    "POST /members/<int:member_id>/key-resets": "key_reset_propose account",
    "POST /key-resets/<int:key_reset_id>/confirmation": (
        "key_reset_confirm account + unbind account + activation_code account | key_reset_confirm account"
    ),
    "POST /key-resets/<int:key_reset_id>/stop": "key_reset_stop account",
    "POST /organizations/<int:organization_id>/representatives": (
        "grant_give account + activation_code account | activation_code account"
    ),
    "POST /organizations/<int:organization_id>/representatives/<int:account_id>/departure": (
        "grant_end account + unbind account"
    ),
    "POST /organizations/<int:organization_id>/children": "organization_create organization",
    "PATCH /organizations/<int:organization_id>": "organization_rename organization",
    "POST /organizations/<int:organization_id>/closure": "organization_close organization",
    "POST /organizations/<int:organization_id>/groups": "organization_create organization",
    "PATCH /groups/<int:group_id>": "organization_rename organization",
    "POST /groups/<int:group_id>/closure": "organization_close organization",
    "PUT /organizations/<int:organization_id>/settings": "organization_settings organization",
    "POST /organizations/<int:organization_id>/members": "member_add member",
    "PATCH /members/<int:member_id>": "member_edit member",
    "POST /members/<int:member_id>/category-correction": "member_category_correct member",
    "POST /members/<int:member_id>/stage-correction": "member_stage_correct member",
    "POST /members/<int:member_id>/transfers": "member_transfer member",
    "POST /members/<int:member_id>/suspension": "member_leave member + member_suspend member",
    "POST /members/<int:member_id>/suspension/end": "member_transfer member + member_restore member",
    "POST /members/<int:member_id>/departure": "member_leave member",
    "POST /organizations/<int:organization_id>/grants": "grant_give account",
    "POST /grants/<int:grant_id>/end": "grant_end account",
    "POST /members/<int:member_id>/exemptions": "exemption_studied exemption",
    "POST /exemptions/<int:exemption_id>/passing": "exemption_passed exemption",
    "POST /exemptions/<int:exemption_id>/filing": "exemption_submitted exemption + filing_submitted filing",
    "POST /exemptions/<int:exemption_id>/end": "exemption_ended exemption",
    "POST /filings/<int:filing_id>/receipt": "filing_received filing",
    "POST /filings/<int:filing_id>/return": "filing_returned filing",
    "POST /filings/<int:filing_id>/resubmission": "filing_submitted filing",
    "POST /organizations/<int:organization_id>/roster-imports": "roster_check roster_import",
    "POST /roster-imports/<int:import_id>/application": "roster_apply roster_import",
    "POST /roster-imports/<int:import_id>/discarding": "roster_discard roster_import",
    "POST /organizations/<int:organization_id>/years/<int:year>/prints": "print_order print",
    "POST /organizations/<int:organization_id>/standards": "standard_drafted standard",
    "PUT /standards/<int:standard_id>": "standard_edited standard",
    "POST /standards/<int:standard_id>/publish": "standard_published standard",
    "POST /standards/<int:standard_id>/withdraw": "standard_withdrawn standard",
    "POST /standards/<int:standard_id>/filing": "filing_submitted filing + standard_filed standard",
    "POST /members/<int:member_id>/decisions": "decision_record score",
    "POST /members/<int:member_id>/entries/<int:seq>/reversal": "entry_reverse score",
    "POST /members/<int:member_id>/negative-decisions": "negative_record negative",
    "POST /negative-decisions/<int:negative_decision_id>/confirmation": "negative_confirm negative",
    "POST /negative-decisions/<int:negative_decision_id>/suspension": "negative_suspend_propose negative",
    "POST /negative-decisions/<int:negative_decision_id>/resumption": "negative_resume_propose negative",
    "POST /negative-decisions/<int:negative_decision_id>/revocation": (
        "negative_revoke_propose negative | negative_withdraw negative"
    ),
    "POST /negative-decisions/<int:negative_decision_id>/change-confirmation": (
        "negative_suspend negative | negative_resume negative | negative_revoke negative"
    ),
    "POST /negative-decisions/<int:negative_decision_id>/change-withdrawal": (
        "negative_suspend_withdraw negative | negative_resume_withdraw negative | negative_revoke_withdraw negative"
    ),
    "POST /members/<int:member_id>/claims": "claim_created claim | claim_created claim + claim_submitted claim",
    "POST /members/<int:member_id>/claims-on-behalf": "claim_created claim + claim_submitted claim",
    "PUT /claims/<int:claim_id>": "claim_edited claim | claim_edited claim + claim_resubmitted claim",
    "POST /claims/<int:claim_id>/submit": "claim_resubmitted claim",
    "POST /claims/<int:claim_id>/withdraw": "claim_withdrawn claim",
    "POST /claims/<int:claim_id>/open": "claim_opened claim",
    "POST /claims/<int:claim_id>/approve": "claim_approved claim",
    "POST /claims/<int:claim_id>/return": "claim_returned claim",
    "POST /claims/<int:claim_id>/reject": "claim_rejected claim",
    "POST /claims/<int:claim_id>/revoke": "claim_reopened claim",
    "POST /claims/<int:claim_id>/notes": "claim_note claim",
    "POST /claims/<int:claim_id>/opinions": "claim_opinion claim",
    "POST /members/<int:member_id>/meetings/<int:meeting_id>/leave": "leave_ask leave",
    "POST /leaves/<int:leave_id>/withdraw": "leave_withdraw leave",
    "POST /leaves/<int:leave_id>/grant": "leave_granted leave",
    "POST /leaves/<int:leave_id>/refuse": "leave_refused leave",
    "POST /rosters/<int:roster_id>/members/<int:member_id>/enter": "attendance_enter attendance",
    "POST /rosters/<int:roster_id>/members/<int:member_id>/correct": "attendance_correct attendance",
    "POST /rosters/<int:roster_id>/members/<int:member_id>/undo": "attendance_undo attendance",
    "POST /rosters/<int:roster_id>/members/<int:member_id>/make-up": "attendance_make_up attendance",
    "POST /meetings/<int:meeting_id>/guests/<int:member_id>/confirm": "guest_confirm guest_visit",
    "POST /meetings/<int:meeting_id>/guests/<int:member_id>/refuse": "guest_refuse guest_visit",
    "POST /meetings/<int:meeting_id>/held-check-ins/confirm": "held_confirm held_check_in",
    "POST /meetings/<int:meeting_id>/held-check-ins/dismiss": "held_dismiss held_check_in",
    "PUT /meetings/<int:meeting_id>/sharing": "meeting_sharing_allow meeting | meeting_sharing_end meeting",
    "PUT /members/<int:member_id>/dues/<string:month>": "dues_registered dues",
    "POST /members/<int:member_id>/dues/<string:month>/correct": "dues_corrected dues",
    "POST /members/<int:member_id>/dues/<string:month>/waive": "dues_waived dues",
    "POST /members/<int:member_id>/dues-consents": "dues_consent dues_consent",
    "POST /members/<int:member_id>/dues-consents/<int:consent_id>/end": "dues_consent_end dues_consent",
    "POST /organizations/<int:organization_id>/dues/paste": "dues_registered dues",
    "POST /organizations/<int:organization_id>/dues/<string:month>/close": "dues_closed dues",
    "POST /rosters/<int:roster_id>/confirm": "roster_confirm meeting_roster",
    "POST /rosters/<int:roster_id>/reopen": "roster_reopen meeting_roster",
    "POST /organizations/<int:organization_id>/meetings": "meeting_plan meeting",
    "PATCH /meetings/<int:meeting_id>": "meeting_change meeting",
    "POST /meetings/<int:meeting_id>/cancel": "meeting_cancel meeting",
    "POST /meetings/<int:meeting_id>/end-check-in": "meeting_end_check_in meeting",
    "POST /meetings/<int:meeting_id>/extend-check-in": "meeting_extend_check_in meeting",
    "POST /meetings/<int:meeting_id>/resolutions": "resolution_record resolution",
    "POST /resolutions/<int:resolution_id>/withdraw": "resolution_withdraw resolution",
    "POST /members/<int:member_id>/objections": "objection_submit objection",
    "POST /objections/<int:objection_id>/refuse": "objection_refuse objection",
    "POST /objections/<int:objection_id>/assign": "objection_assign objection",
    "POST /objections/<int:objection_id>/extend": "objection_extend objection",
    "POST /objections/<int:objection_id>/answer": "objection_answer objection",
    "POST /objections/<int:objection_id>/accept": "objection_accept objection",
    "POST /objections/<int:objection_id>/escalate": "objection_escalate objection",
    "POST /objections/<int:objection_id>/withdraw": "objection_withdraw objection",
    "POST /objections/<int:objection_id>/correction": (
        "claim_reopened claim + claim_approved claim + objection_correct objection"
        " | attendance_enter attendance + objection_correct objection"
        " | attendance_correct attendance + objection_correct objection"
        " | leave_granted leave + objection_correct objection"
        " | dues_corrected dues + objection_correct objection"
        " | entry_reverse score + objection_correct objection"
        " | entry_reverse score + decision_record score + objection_correct objection"
        " | negative_revoke_propose negative"
        " | negative_revoke_propose negative + negative_record negative"
    ),
    "POST /objections/<int:objection_id>/letters/<letter>/receipt": "objection_deliver objection",
    "POST /organizations/<int:organization_id>/feedbacks": "feedback_submit feedback",
    "POST /feedbacks/<int:feedback_id>/identity": "feedback_identity feedback",
    "POST /feedbacks/<int:feedback_id>/refuse": "feedback_refuse feedback",
    "POST /feedbacks/<int:feedback_id>/assign": "feedback_assign feedback",
    "POST /feedbacks/<int:feedback_id>/extend": "feedback_extend feedback",
    "POST /feedbacks/<int:feedback_id>/answer": "feedback_answer feedback",
    "POST /feedbacks/<int:feedback_id>/objection": "feedback_enter_objection feedback + objection_submit objection",
    "POST /feedbacks/<int:feedback_id>/handover-file": "feedback_printed feedback",
    "POST /feedbacks/<int:feedback_id>/hand-over": "feedback_hand_over feedback",
    "PUT /meetings/<int:meeting_id>/minutes": "meeting_minutes meeting",
    "POST /meetings/<int:meeting_id>/screen-links": "meeting_screen_link meeting",
    "POST /meetings/<int:meeting_id>/screens/closing": "screens_close meeting",
    "POST /organizations/<int:organization_id>/board-links": "board_link_make board_link",
    "POST /board-links/<int:board_link_id>/revocation": "board_link_revoke board_link",
    "POST /organizations/<int:organization_id>/notices": "notice_write notice",
    "PATCH /notices/<int:notice_id>": "notice_change notice",
    "POST /notices/<int:notice_id>/publish": "notice_publish notice",
    "POST /notices/<int:notice_id>/withdraw": "notice_withdraw notice",
    "POST /notices/<int:notice_id>/readers/<int:member_id>/told": "notice_told notice",
    "POST /notices/<int:notice_id>/remind": "notice_remind notice",
    "POST /notices/<int:notice_id>/files": "notice_file_add notice",
    "DELETE /notices/<int:notice_id>/files/<int:file_id>": "notice_file_remove notice",
    "POST /unreached-pushes/<int:push_id>/told": "push_told push",
    "PUT /organizations/<int:organization_id>/group-robot": "group_robot_set organization",
    "DELETE /organizations/<int:organization_id>/group-robot": "group_robot_removed organization",
    "POST /organizations/<int:organization_id>/group-robot/trial": "group_robot_tried organization",
    "POST /statements/<int:statement_id>/confirmation": "statement_confirm statement",
    "PUT /organizations/<int:organization_id>/workdays/<string:day>": "workday_override organization",
    "DELETE /organizations/<int:organization_id>/workdays/<string:day>": "workday_forget organization",
    "POST /organizations/<int:organization_id>/vacations": "vacation_enter organization",
    "PUT /vacations/<int:vacation_id>": "vacation_change organization",
    "DELETE /vacations/<int:vacation_id>": "vacation_forget organization",
    "PUT /organizations/<int:organization_id>/workday-years/<int:year>": "workday_year organization",
    "DELETE /organizations/<int:organization_id>/workday-years/<int:year>": "workday_year_forget organization",
    "POST /organizations/<int:organization_id>/rating-methods": "rating_method_draft rating_method",
    "PUT /rating-methods/<int:method_id>": "rating_method_edit rating_method",
    "POST /rating-methods/<int:method_id>/publish": "rating_method_publish rating_method",
    "POST /rating-methods/<int:method_id>/filing": "filing_submitted filing",
    "POST /organizations/<int:organization_id>/years/<int:year>/appraisals": "appraisal_record appraisal",
    "POST /appraisals/<int:appraisal_id>/withdrawal": "appraisal_withdraw appraisal",
    "POST /organizations/<int:organization_id>/years/<int:year>/star-exceptions": "star_exception_enter star_exception",
    "POST /star-exceptions/<int:exception_id>/withdrawal": "star_exception_withdraw star_exception",
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/dry-run": "star_dry_run star_dry_run",
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/proposal": "year_stars_proposed branch_year",
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/approve": (
        "stars_agreed rating_edition + year_stars_reviewed branch_year"
    ),
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/send-back": "year_undo branch_year",
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/publicity": "publicity_propose publicity",
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/publicity/approve": (
        "publicity_approve publicity + year_publicized branch_year"
    ),
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/publicity/withdraw": (
        "publicity_withdraw publicity + year_undo branch_year | publicity_withdraw publicity"
    ),
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/file": (
        "filing_submitted filing + year_filed branch_year"
    ),
    "POST /organizations/<int:organization_id>/years/<int:year>/stars/supersede": "stars_supersede rating_edition",
    "POST /organizations/<int:organization_id>/years/<int:year>/draft": (
        "annual_results_draft annual_edition + year_drafted branch_year"
    ),
    "POST /organizations/<int:organization_id>/years/<int:year>/report": "year_reported branch_year",
    "POST /organizations/<int:organization_id>/years/<int:year>/correction": "year_correct branch_year",
    "POST /organizations/<int:organization_id>/years/<int:year>/publicity": "publicity_propose publicity",
    "POST /organizations/<int:organization_id>/years/<int:year>/publicity/approve": (
        "publicity_approve publicity + year_publicized branch_year"
        " | publicity_approve publicity + year_publicize_correction branch_year"
    ),
    "POST /organizations/<int:organization_id>/years/<int:year>/publicity/withdraw": (
        "publicity_withdraw publicity | publicity_withdraw publicity + year_undo branch_year"
    ),
    "POST /organizations/<int:organization_id>/years/<int:year>/file": (
        "filing_submitted filing + year_filed branch_year"
    ),
    "POST /organizations/<int:organization_id>/years/<int:year>/undo": (
        "year_undo branch_year | annual_results_withdraw annual_edition + year_undo branch_year"
        " | publicity_withdraw publicity + year_undo branch_year"
        " | annual_results_withdraw annual_edition + publicity_withdraw publicity + year_undo branch_year"
    ),
    "POST /organizations/<int:organization_id>/years/<int:year>/cut-off": "year_cut_off branch_year",
    "POST /organizations/<int:organization_id>/years/<int:year>/delegate": (
        "year_delegate branch_year | year_delegate_end branch_year"
    ),
    "POST /organizations/<int:organization_id>/years/<int:year>/remind": "year_remind branch_years",
    "PUT /bulletins/<int:bulletin_id>/description": "bulletin_describe bulletin",
    "POST /bulletins/<int:bulletin_id>/redrawing": "bulletin_redraw bulletin",
    "POST /bulletins/<int:bulletin_id>/publication": "bulletin_publish bulletin",
    "POST /bulletins/<int:bulletin_id>/branches/<int:organization_id>/receipt": "bulletin_acknowledge bulletin",
}

SILENT = {
    "POST /feedback-progress": "a look by a query code, which says of nobody; it is posted so that no log has the code",
    "POST /auth/wechat": "signing in: the token's row and the access log tell of it",
    "POST /auth/official": "signing in: the token's row and the access log tell of it",
    "POST /auth/sign-out": "ends the caller's own token",
    "POST /me/privacy-consents": "the consent is a row of its own, with its time",
    "POST /members/<int:member_id>/photos": "a photo keeps who uploaded it; the claim it goes into leaves the line",
    "DELETE /photos/<int:photo_id>": "a photo that no claim uses yet, taken back by whoever uploaded it",
    "POST /standards/<int:standard_id>/check": "changes nothing",
    "POST /check-in-tickets": "changes nothing: a ticket is signed, not stored",
    "POST /check-in-digits": "counts tries",
    "POST /check-ins": "the attendance is the record, with its time; a line each would weigh on the rush of a meeting",
    "POST /organizations/<int:organization_id>/meeting-previews": "changes nothing",
    "POST /screen-sessions": "nobody is signed in; the link, which leaves a line, is used up",
    "POST /board-sessions": "nobody is signed in; the link, which leaves a line, notes its last use",
    "POST /members/<int:member_id>/notices/<int:notice_id>/read": "one's own reading; it is a row of its own",
    "POST /me/inbox/read": "one's own inbox",
    "POST /me/inbox/<int:push_id>/read": "one's own inbox",
    "PUT /me/push-preferences": "one's own preferences",
    "POST /me/subscriptions": "one's own subscriptions",
}

UNSEEN = {
    "POST /binding/phone",
}
"""Routes that no test changes anything by through `call` yet. May only shrink: the first test that does fails until the
route is taken out."""
