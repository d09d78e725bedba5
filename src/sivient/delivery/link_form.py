"""The link that a host gives a booking, and the version of the booking that was read."""

from django import forms

from sivient.booking.text_fields import OneLine


class LinkForm(forms.Form):
    """What is a link, `links.replace_link` says."""

    link = OneLine(error_messages={"required": "Enter the link where you meet."})
    version = forms.IntegerField(required=False, error_messages={"invalid": "Look at the booking, and send it again."})
