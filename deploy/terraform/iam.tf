data "aws_iam_policy_document" "assume_lambda" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

locals {
  # Logs; in a VPC also the network interfaces.
  execution_policy = "arn:aws:iam::aws:policy/service-role/${local.on_efs ? "AWSLambdaVPCAccessExecutionRole" : "AWSLambdaBasicExecutionRole"}"
}

resource "aws_iam_role" "function" {
  name               = "${var.name}-function"
  assume_role_policy = data.aws_iam_policy_document.assume_lambda.json
}

resource "aws_iam_role_policy_attachment" "function" {
  role       = aws_iam_role.function.name
  policy_arn = local.execution_policy
}

resource "aws_iam_role" "provision" {
  count              = local.on_efs ? 1 : 0
  name               = "${var.name}-provision"
  assume_role_policy = data.aws_iam_policy_document.assume_lambda.json
}

resource "aws_iam_role_policy_attachment" "provision" {
  count      = local.on_efs ? 1 : 0
  role       = aws_iam_role.provision[0].name
  policy_arn = local.execution_policy
}
