/** What the API refuses, by code, as far as pages ask. Made by `make types` from the server's enums; not to be edited. */

export const closed = "closed";
export const code_expired = "code_expired";
export const code_invalid = "code_invalid";
export const meeting_cancelled = "meeting_cancelled";
export const not_bound = "not_bound";
export const not_invited = "not_invited";
export const not_signed_in = "not_signed_in";
export const nothing_confirmed = "nothing_confirmed";
export const on_leave = "on_leave";
export const ticket_expired = "ticket_expired";
export const ticket_invalid = "ticket_invalid";
export const too_early = "too_early";
export const too_many_tries = "too_many_tries";
