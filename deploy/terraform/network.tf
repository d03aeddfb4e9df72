# Only with the model on EFS: Lambda mounts file systems from inside a VPC. Two private subnets without a way out: the function
# needs none (invocations, answers and logs do not pass through them).

locals {
  subnets = local.on_efs ? 2 : 0
}

data "aws_availability_zones" "available" {
  state = "available"
}

resource "aws_vpc" "main" {
  count                = local.on_efs ? 1 : 0
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true # names of the mount targets

  tags = { Name = var.name }
}

resource "aws_subnet" "private" {
  count             = local.subnets
  vpc_id            = aws_vpc.main[0].id
  cidr_block        = cidrsubnet(var.vpc_cidr, 8, count.index)
  availability_zone = data.aws_availability_zones.available.names[count.index]

  tags = { Name = "${var.name}-private-${count.index}" }
}

resource "aws_security_group" "function" {
  count       = local.on_efs ? 1 : 0
  name        = "${var.name}-function"
  description = "The function: NFS to its file system, nothing else"
  vpc_id      = aws_vpc.main[0].id
}

resource "aws_security_group" "efs" {
  count       = local.on_efs ? 1 : 0
  name        = "${var.name}-efs"
  description = "The file system: NFS from the function, nothing else"
  vpc_id      = aws_vpc.main[0].id
}

resource "aws_vpc_security_group_egress_rule" "function_to_efs" {
  count                        = local.on_efs ? 1 : 0
  security_group_id            = aws_security_group.function[0].id
  referenced_security_group_id = aws_security_group.efs[0].id
  description                  = "NFS"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}

resource "aws_vpc_security_group_ingress_rule" "efs_from_function" {
  count                        = local.on_efs ? 1 : 0
  security_group_id            = aws_security_group.efs[0].id
  referenced_security_group_id = aws_security_group.function[0].id
  description                  = "NFS"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}
