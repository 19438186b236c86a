"""Turn photos into what goes over the wire."""

from server.identity.access import Context
from server.photos import links
from server.photos.models import Photo
from server.photos.rules import Variant
from server.photos.schemas import PhotoOut


def photo_out(context: Context, photo: Photo) -> PhotoOut:
    def url(variant: Variant) -> str | None:
        return links.signed_url(context.settings, photo, variant, now=context.now) if not photo.erased_at else None

    return PhotoOut(
        id=photo.id,
        member_id=photo.member_id,
        claim_id=photo.claim_id,
        width=photo.width,
        height=photo.height,
        bytes=photo.bytes,
        uploaded_at=photo.created_at,
        url=url(Variant.full),
        thumb_url=url(Variant.thumb),
    )
