output "function_name" {
  value = aws_lambda_function.ner.function_name
}

output "function_url" {
  description = "Kong's DECK_TERN_URL; POST to it, with ner appended"
  value       = aws_lambda_function_url.live.function_url
}

output "log_group" {
  value = aws_cloudwatch_log_group.function.name
}

output "region" {
  description = "Where ./provision finds its function"
  value       = var.region
}

output "provision_function_name" {
  description = "What ./provision invokes; empty with the model in the package"
  value       = one(aws_lambda_function.provision[*].function_name)
}

output "file_system_id" {
  value = one(aws_efs_file_system.models[*].id)
}
