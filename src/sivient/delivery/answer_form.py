"""What the host sends with an answer: the version of the booking that was read, and a message to the guest."""

from django import forms

from sivient.booking.text_fields import Lines, require_length

REASON_LIMIT = 1000


class AnswerForm(forms.Form):
    """An approval (without a message), a refusal or a cancellation."""

    reason = Lines(required=False)
    version = forms.IntegerField(required=False, error_messages={"invalid": "Look at the booking, and send it again."})

    def clean_reason(self) -> str:
        """Refuse what no mail should carry; nothing is cut without a word."""
        reason: str = self.cleaned_data["reason"]
        require_length("Your message", reason, REASON_LIMIT)
        return reason
