"""XML that somebody made elsewhere, read so that it can neither grow nor reach out."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from app.core.errors import Invalid
from app.documents.sheets import LARGEST_FILE


def read_xml(data: bytes) -> Element:
    """The root of an XML file. Raises Invalid for one that is too large, damaged, or brings entities of its own."""
    if len(data) > LARGEST_FILE:
        raise Invalid("This file is too large.")
    try:
        return fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Invalid("This file defines entities of its own, which can be used to attack. It was not read.") from error
    except (ParseError, ValueError, LookupError) as error:
        raise Invalid("This file is damaged: it cannot be read as XML.") from error
