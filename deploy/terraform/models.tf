# What TERN_MODEL says.

locals {
  on_efs = var.model == "efs"
  folder = local.on_efs ? "/mnt/models" : "/var/task/weights"

  # One path, or NAME=PATH of each: the first answers requests that name none, and is named after its file in both cases.
  default_file = local.on_efs ? var.model_file : "en_core_web_sm.tern"
  default_name = substr(replace(trimsuffix(local.default_file, ".tern"), ".", "_"), 0, 40)
  all_models   = concat(["${local.default_name}=${local.folder}/${local.default_file}"], [for name, file in var.more_models : "${name}=${local.folder}/${file}"])
  tern_model   = length(var.more_models) == 0 ? "${local.folder}/${local.default_file}" : join(",", local.all_models)
}
