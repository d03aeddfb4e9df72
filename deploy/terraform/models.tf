# What TERN_MODEL says with the models on EFS.

locals {
  # One path, or NAME=PATH of each: the first answers requests that name none, and is named after its file in both cases.
  default_path = "/mnt/models/${var.model_file}"
  default_name = substr(replace(trimsuffix(var.model_file, ".tern"), ".", "_"), 0, 40)
  named_models = concat(["${local.default_name}=${local.default_path}"], [for name, file in var.more_models : "${name}=/mnt/models/${file}"])
  tern_model   = length(var.more_models) == 0 ? local.default_path : join(",", local.named_models)
}
