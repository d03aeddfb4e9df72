# A second function, started by hand (./provision), that writes the model to the file system from inside the VPC: no EC2 instance,
# no way into the VPC, no standing cost. Its package, which ./provision makes and replaces, is a shell script and the model.

resource "aws_cloudwatch_log_group" "provision" {
  count             = local.on_efs ? 1 : 0
  name              = "/aws/lambda/${var.name}-provision"
  retention_in_days = var.log_retention_days
}

resource "aws_lambda_function" "provision" {
  count         = local.on_efs ? 1 : 0
  function_name = "${var.name}-provision"
  description   = "Writes the model to the file system and verifies it"
  role          = aws_iam_role.provision[0].arn
  runtime       = "provided.al2023"
  handler       = "bootstrap"
  architectures = [var.architecture]
  memory_size   = 512
  timeout       = 300
  filename      = var.model_package

  logging_config {
    log_group  = aws_cloudwatch_log_group.provision[0].name
    log_format = "Text"
  }

  vpc_config {
    subnet_ids         = aws_subnet.private[*].id
    security_group_ids = [aws_security_group.function[0].id]
  }

  file_system_config {
    arn              = aws_efs_access_point.models[0].arn
    local_mount_path = "/mnt/models"
  }

  depends_on = [
    aws_efs_mount_target.models,
    aws_efs_file_system_policy.models,
    aws_iam_role_policy_attachment.provision,
    aws_vpc_security_group_egress_rule.function_to_efs,
    aws_vpc_security_group_ingress_rule.efs_from_function,
  ]

  lifecycle {
    ignore_changes = [filename, source_code_hash] # ./provision replaces it
  }
}
