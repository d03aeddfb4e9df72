resource "aws_efs_file_system" "models" {
  count                           = local.on_efs ? 1 : 0
  creation_token                  = "${var.name}-models"
  encrypted                       = true
  throughput_mode                 = var.efs_throughput_mode
  provisioned_throughput_in_mibps = var.efs_throughput_mode == "provisioned" ? var.efs_throughput : null

  tags = { Name = "${var.name}-models" }
}

resource "aws_efs_mount_target" "models" {
  count           = local.subnets
  file_system_id  = aws_efs_file_system.models[0].id
  subnet_id       = aws_subnet.private[count.index].id
  security_groups = [aws_security_group.efs[0].id]
}

resource "aws_efs_access_point" "models" {
  count          = local.on_efs ? 1 : 0
  file_system_id = aws_efs_file_system.models[0].id

  posix_user {
    uid = 1001
    gid = 1001
  }

  root_directory {
    path = "/models"

    creation_info {
      owner_uid   = 1001
      owner_gid   = 1001
      permissions = "750"
    }
  }
}

# A policy of its own ends EFS's default, which lets everyone in who reaches the mount targets: encrypted connections of the two
# roles, through the access point. The function only reads.
data "aws_iam_policy_document" "models" {
  count = local.on_efs ? 1 : 0

  statement {
    actions   = ["elasticfilesystem:ClientMount"]
    resources = [aws_efs_file_system.models[0].arn]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.function.arn, aws_iam_role.provision[0].arn]
    }

    condition {
      test     = "StringEquals"
      variable = "elasticfilesystem:AccessPointArn"
      values   = [aws_efs_access_point.models[0].arn]
    }
  }

  statement {
    actions   = ["elasticfilesystem:ClientWrite"]
    resources = [aws_efs_file_system.models[0].arn]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.provision[0].arn]
    }

    condition {
      test     = "StringEquals"
      variable = "elasticfilesystem:AccessPointArn"
      values   = [aws_efs_access_point.models[0].arn]
    }
  }

  statement {
    effect    = "Deny"
    actions   = ["*"]
    resources = [aws_efs_file_system.models[0].arn]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_efs_file_system_policy" "models" {
  count          = local.on_efs ? 1 : 0
  file_system_id = aws_efs_file_system.models[0].id
  policy         = data.aws_iam_policy_document.models[0].json
}
