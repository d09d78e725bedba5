"""The link that a host gives a booking, and the version and the link of the booking that were read."""

from django import forms

from sivient.booking.text_fields import OneLine


class LinkForm(forms.Form):
    """What is a link, `links.replace_link` says."""

    link = OneLine(error_messages={"required": "Enter the link where you meet."})
    shown = forms.IntegerField(required=False)  # the conference whose link the page named, 0 for none
    version = forms.IntegerField(required=False, error_messages={"invalid": "Look at the booking, and send it again."})
