"""Where an exception passed through, in words that hold nothing of what a sender wrote into a file."""

_DEPTH = 12


def places(error: BaseException) -> list[str]:
    """Return file, line and function of each frame, innermost first: neither messages nor local variables."""
    found = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{'/'.join(code.co_filename.split('/')[-2:])}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[::-1][:_DEPTH]
