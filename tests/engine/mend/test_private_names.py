"""The private names of MiniStack's that the corrections stand on.

A new version that moves one fails here, by name.
"""

from __future__ import annotations

import importlib

import pytest

NAMES = {
    "app": (
        "_extract_s3_vhost_bucket",
        "_handle_post_body_shortcuts",
        "_handle_pre_body_request",
        "_handle_special_data_plane_request",
        "_is_ecr_registry_path",
        "_parse_execute_api_url",
        "_parse_lambda_url",
    ),
    "core.iam_evaluator": ("_action_matches", "_first_match", "_fnmatch_compile", "_resolve_condition_key"),
    "services.cloudformation": (
        "_change_sets",
        "_exports",
        "_stack_events",
        "_stacks",
        "handle_request",
    ),
    "services.cloudformation.engine": (
        "CfnLoader",
        "_apply_transforms",
        "_construct_cfn_tag",
        "_fetch_include_snippet",
        "_parse_template",
        "_resolve_dynamic_reference",
        "_resolve_parameters",
        "declared_transforms",
        "validate_template_support",
    ),
    "services.cloudformation.helpers": ("_error", "_p", "_resolve_document"),
    "services.cloudformation.handlers": ("_ACTION_HANDLERS", "_resolve_stack", "_stack_has_no_updates"),
    "services.cloudformation.changesets": ("_find_change_set",),
    "services.cloudformation.custom_resource": (
        "_normalise_resource_properties",
        "_pending",
        "invoke_custom_resource",
        "register_token",
    ),
    "services.cloudformation.provisioners": (
        "_RESOURCE_HANDLERS",
        "_STACK_TAG_PROPERTY",
        "_custom_named_replacement_error",
        "_delete_resource",
        "_property_recreation",
        "_provision_resource",
        "_replacing_change",
        "_update_resource",
        "_zip_inline",
    ),
    "services.cloudformation.stacks": (
        "_add_event",
        "_create_stack_task_in_region",
        "_delete_stack_async",
        "_deploy_stack_async",
        "_resolve_stack_outputs",
        "_roll_back_operation",
        "_runs_on_worker_thread",
        "_stack_region_context",
    ),
    "services.kms": ("_check_key_state", "_resolve_key"),
    "services.s3": (
        "_atomic_write",
        "_bucket_encryption",
        "_copy_object",
        "_create_multipart_upload",
        "_delete_bucket",
        "_error",
        "_get_object",
        "_head_object",
        "_multipart_uploads",
        "_put_object",
        "_resolve_sse_write_headers",
        "_upload_part",
        "_upload_part_copy",
        "handle_request",
    ),
    "services.stepfunctions": (
        "_ExecutionError",
        "_apply_input_path",
        "_apply_jsonata_template",
        "_apply_output_path",
        "_apply_parameters",
        "_apply_result_path",
        "_apply_result_path_raw",
        "_apply_result_selector",
        "_create_state_machine",
        "_emit_execution_status_event",
        "_evaluate_jsonata_choice_rule",
        "_evaluate_rule",
        "_executions",
        "_fail_state_error",
        "_jsonata_state_field",
        "_resolve_params_obj",
        "_resolve_path_or_ctx",
        "_restore_state",
        "_run_execution",
        "_start_execution",
        "_start_sync_execution",
        "_state_machines",
        "_stop_execution",
        "_task_tokens",
        "_update_state_machine",
        "_validate_state_machine_definition",
        "error_response_json",
        "handle_request",
        "json_response",
    ),
}


@pytest.mark.parametrize("module", sorted(NAMES))
def test_ministack_still_has_what_the_corrections_stand_on(module: str) -> None:
    found = importlib.import_module(f"ministack.{module}")
    assert [name for name in NAMES[module] if not hasattr(found, name)] == []
