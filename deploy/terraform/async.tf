# What becomes of asynchronous invocations of the alias (InvocationType Event): tries, age, destinations.

locals {
  destinations = compact(distinct([var.async_on_success, var.async_on_failure]))
}

resource "aws_lambda_function_event_invoke_config" "live" {
  function_name                = aws_lambda_function.ner.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_retry_attempts       = var.async_maximum_retry_attempts
  maximum_event_age_in_seconds = var.async_maximum_event_age

  dynamic "destination_config" {
    for_each = length(local.destinations) > 0 ? [1] : []

    content {
      dynamic "on_success" {
        for_each = compact([var.async_on_success])

        content {
          destination = on_success.value
        }
      }

      dynamic "on_failure" {
        for_each = compact([var.async_on_failure])

        content {
          destination = on_failure.value
        }
      }
    }
  }

  depends_on = [aws_iam_role_policy.destinations] # Lambda refuses a destination that the role may not write to
}

# Of these actions an ARN can only ever have one.
data "aws_iam_policy_document" "destinations" {
  count = length(local.destinations) > 0 ? 1 : 0

  statement {
    actions   = ["sqs:SendMessage", "sns:Publish", "lambda:InvokeFunction", "events:PutEvents"]
    resources = local.destinations
  }
}

resource "aws_iam_role_policy" "destinations" {
  count  = length(local.destinations) > 0 ? 1 : 0
  name   = "destinations"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.destinations[0].json
}
