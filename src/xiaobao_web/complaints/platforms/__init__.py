"""Payment platforms: what an adapter is, and one for any platform that speaks JSON over HTTP."""
