"""Reading an agreement file: everything wrong with it in one go, each with its line, in words for its authors."""

from __future__ import annotations

import difflib
import errno
import hashlib
import pathlib
from typing import NoReturn

from servanda.agreement.format.agreement import Agreement, AgreementError, Origin
from servanda.agreement.format.characters import called, line_at
from servanda.agreement.reading._fitting import shape
from servanda.agreement.reading._yaml_text import LARGEST, Complaint, NotReadableError, parse
from servanda.agreement.reading.consistency.agreement import inconsistencies
from servanda.english import visible
from servanda.errors import expect


def catalog() -> dict[str, pathlib.Path]:
    """Agreements shipped with servanda: the file of each, by name, such as 'singapore-2018'."""
    folder = pathlib.Path(__file__).parent.parent / "catalog"
    return {file.stem: file for file in sorted(folder.glob("*.yaml"))}


def read(path: str | pathlib.Path) -> Agreement:
    """Read an agreement from a file.

    Parameters
    ----------
    path : str or pathlib.Path
        Of a file; or the name of an agreement of the catalogue, where there is no such file here.

    Returns
    -------
    Agreement
        Its `origin` says where everything stands in the file.

    Raises
    ------
    AgreementError
        If there is anything wrong with the file, with all of it, in the order of lines.

    Examples
    --------
    >>> import servanda
    >>> agreement = servanda.read("singapore-2018")
    >>> list(agreement.plans)
    ['all-at-once', 'phased', 'relief-first', 'action-for-action']
    """
    return _understand(_bytes(str(path)), str(path))


def loads(text: str | bytes, path: str = "agreement.yaml") -> Agreement:
    """Read an agreement from a text.

    Parameters
    ----------
    text : str or bytes
        Bytes are read like a file: in UTF-8.
    path : str
        What to call the text in messages.

    Raises
    ------
    AgreementError
        If there is anything wrong with the text, with all of it, in the order of lines.
    """
    if isinstance(text, bytes):
        return _understand(text, path)
    expect(text, str, "loads")
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError as error:
        words = f"{called(text[error.start])} stands here. Delete it"
        raise AgreementError([_message(path, Complaint(line_at(text, error.start), words))]) from None
    return _understand(content, path)


def _understand(content: bytes, path: str) -> Agreement:
    if len(content) > LARGEST:
        _refuse(path, _too_large(len(content)))
    try:
        text = _text(content)
        document = parse(text)
    except NotReadableError as error:
        raise AgreementError([_message(path, error.complaint)]) from None
    book, complaints = shape(document)
    complaints = [*document.complaints, *complaints, *inconsistencies(book)]
    if book.agreement is None or complaints:
        raise AgreementError(_message(path, each) for each in sorted(dict.fromkeys(complaints), key=lambda c: c.line))
    return book.agreement.read_from(Origin(path, hashlib.sha256(content).hexdigest(), book.lines, text))


def _message(path: str, complaint: Complaint) -> str:
    return f"{path}:{complaint.line}: {visible(_ended(complaint.words))}"


def _ended(words: str) -> str:
    return words if words.endswith((".", "?", ":")) else f"{words}."


def _refuse(path: str, words: str) -> NoReturn:
    raise AgreementError([f"{path}: {_ended(words)}"]) from None


def _too_large(size: int) -> str:
    return (
        f"the file has {size / 1e6:.0f} MB. An agreement file has at most {LARGEST / 1e6:.0f} MB."
        " Check that this is the right file"
    )


def _bytes(path: str) -> bytes:
    """Read a file's bytes, however large it is no more than may be."""
    file = pathlib.Path(path)
    try:
        if not file.exists() and file.name == path and not file.suffix:
            file = catalog().get(path, file)
        if file.is_dir():
            files = sorted(each.name for each in file.glob("*.yaml"))[:5]
            there = f"Its files: {', '.join(files)}" if files else "It holds no file that ends in .yaml"
            _refuse(path, f"this is a folder, not a file. {there}. Name a file")
        size = file.stat().st_size
        if size > LARGEST:
            _refuse(path, _too_large(size))
        with file.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except FileNotFoundError:
        _refuse(path, _missing(file))
    except PermissionError:
        _refuse(path, "you have no permission to read this file. Change its permissions, or copy it to your own folder")
    except (OSError, ValueError) as error:
        long = isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG
        words = "its name is too long" if long else getattr(error, "strerror", None) or error
        _refuse(path, f"the file cannot be read ({words}). Check its name and place")


def _missing(file: pathlib.Path) -> str:
    known = catalog()
    near = difflib.get_close_matches(file.stem.lower(), known, n=3, cutoff=0.4)
    words = "there is no such file"
    if file.parent.is_dir():
        beside = [each.name for each in sorted(file.parent.glob("*.y*ml"))[:1000]]
        stems = {each.rsplit(".", 1)[0]: each for each in beside}
        if like := difflib.get_close_matches(file.stem, stems, n=1, cutoff=0.6):
            words += f". Did you mean {file.with_name(stems[like[0]])}?"
            return words if not near else f"{words} Or, from the catalogue: {', '.join(near)}"
    if near:
        return f"{words}. Agreements in the catalogue with a similar name: {', '.join(near)}. Check the name"
    if known:
        return f"{words}. Check the name, or use an agreement from the catalogue: {', '.join(known)}"
    return f"{words}. Check the name and the folder"


_MARKS = ((b"\xff\xfe\0\0", "UTF-32"), (b"\0\0\xfe\xff", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


def _text(content: bytes) -> str:
    """The text of a file, which has to be UTF-8."""
    named = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    if not named and content[:400].count(0) * 3 > len(content[:400]):
        named = "UTF-16"  # every second byte of a plain text is 0 there
    if named:
        found = f"the file is {named}{' (some editors call it Unicode)' if named == 'UTF-16' else ''}"
        raise NotReadableError(1, f"{found}. Save it in the encoding UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = line_at(content[: error.start].decode("utf-8", "replace"), error.start)
        found = f"the file is not UTF-8: byte {content[error.start]:#04x} on this line is not part of any character"
        raise NotReadableError(line, f"{found}. Save it in the encoding UTF-8") from None
