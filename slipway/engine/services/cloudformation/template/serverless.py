"""`AWS::Serverless-2016-10-31`, by AWS's own translator.

docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.document import Template

NAME = "AWS::Serverless-2016-10-31"


def translate(template: Template, parameters: Mapping[str, Any], region: str) -> Template:
    """The template with its serverless resources as those that CloudFormation has."""
    # Importing the translator takes half a second, which only templates that need it should wait for.
    import boto3
    from samtranslator.model.exceptions import ExceptionWithMessage, InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.utils.py27hash_fix import to_py27_compatible_template, undo_mark_unicode_str_in_template

    # It warns that nobody collects its usage metrics; nobody does.
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    _refuse_repository(template)
    source = copy.deepcopy(template)
    values = {name: value for name, value in parameters.items() if not name.startswith("AWS::")}
    to_py27_compatible_template(source, values)
    translator = Translator(None, Parser(), boto_session=boto3.Session(region_name=region))
    try:
        # AWS's managed policies are known to it; there are no others to look for.
        translated = translator.translate(source, values, get_managed_policy_map=dict)
    except InvalidDocumentException as error:
        causes = " ".join(cause.message for cause in error.causes)
        raise TemplateError(f"Transform {NAME} failed with: {error.message} {causes}") from error
    except ExceptionWithMessage as error:
        raise TemplateError(f"Transform {NAME} failed with: {error.message}") from error
    found: Template = undo_mark_unicode_str_in_template(translated)
    return {section: content for section, content in found.items() if section not in ("Transform", "Globals")}


def _refuse_repository(template: Template) -> None:
    """The Serverless Application Repository is a service that the engine does not have."""
    for logical_id, resource in template.get("Resources", {}).items():
        location = resource.get("Properties", {}).get("Location") if isinstance(resource, Mapping) else None
        if isinstance(location, Mapping) and "ApplicationId" in location:
            raise TemplateError(
                f"Transform {NAME} failed with: Resource with id [{logical_id}]: applications of the Serverless "
                "Application Repository are not executed by this engine"
            )
