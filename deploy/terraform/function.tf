resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_lambda_function" "ner" {
  function_name    = var.name
  description      = "Named entities exactly as spaCy finds them"
  role             = aws_iam_role.function.arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = var.memory_size
  timeout          = var.timeout
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  publish          = true # the alias needs a version

  environment {
    variables = {
      TERN_FORMAT = var.response_format
      TERN_MODEL  = local.tern_model # what SPACY_MODEL_PATH is to handlers with spaCy
    }
  }

  logging_config {
    log_group             = aws_cloudwatch_log_group.function.name
    log_format            = "JSON"
    application_log_level = var.log_level
    system_log_level      = "INFO"
  }

  dynamic "vpc_config" {
    for_each = local.on_efs ? [1] : []

    content {
      subnet_ids         = aws_subnet.private[*].id
      security_group_ids = [aws_security_group.function[0].id]
    }
  }

  dynamic "file_system_config" {
    for_each = local.on_efs ? [1] : []

    content {
      arn              = aws_efs_access_point.models[0].arn
      local_mount_path = "/mnt/models"
    }
  }

  depends_on = [
    aws_efs_mount_target.models,
    aws_efs_file_system_policy.models,
    aws_iam_role_policy_attachment.function,
    aws_vpc_security_group_egress_rule.function_to_efs,
    aws_vpc_security_group_ingress_rule.efs_from_function,
  ]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.ner.function_name
  function_version = aws_lambda_function.ner.version
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  count                             = var.provisioned_concurrency > 0 ? 1 : 0
  function_name                     = aws_lambda_alias.live.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = var.provisioned_concurrency
}

# With NONE the provider itself adds the two public permissions that such an address takes (lambda:InvokeFunctionUrl, and since
# October 2025 lambda:InvokeFunction through the URL). Callers of an AWS_IAM one need both in their own policies.
resource "aws_lambda_function_url" "live" {
  function_name      = aws_lambda_function.ner.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = var.function_url_auth
}
