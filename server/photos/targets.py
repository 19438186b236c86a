"""A photo in a path stands for its member."""

from sqlalchemy.orm import Session

from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.organizations.targets import of_member
from server.photos.models import Photo


def of_photo(session: Session, photo_id: int) -> Target | None:
    photo = session.get(Photo, photo_id)
    return of_member(session, photo.member_id) if photo else None


photo_target = TargetParameter("photo_id", of_photo)
