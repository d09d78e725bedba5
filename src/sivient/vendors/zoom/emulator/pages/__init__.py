"""The pages a person sees at the emulated Zoom: plain server-rendered HTML, clearly marked as emulated."""
