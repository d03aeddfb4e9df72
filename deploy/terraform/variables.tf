variable "region" {
  description = "AWS region"
  type        = string
  default     = "us-east-1"
}

variable "name" {
  description = "Name of the function, and prefix of everything else"
  type        = string
  default     = "tern-ner"

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9-]{0,39}$", var.name))
    error_message = "The name may have 40 letters, digits and hyphens, and starts with a letter."
  }
}

variable "model" {
  description = "Where the model is: efs (a file system in a VPC, for models that do not fit into a package) or package (in the package; no VPC)"
  type        = string
  default     = "efs"

  validation {
    condition     = contains(["efs", "package"], var.model)
    error_message = "The model is on efs or in the package."
  }
}

variable "model_file" {
  description = "With model = efs: file name under /mnt/models of the model that answers requests which name none"
  type        = string
  default     = "en_core_web_md.tern"

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+\\.tern$", var.model_file))
    error_message = "The file name ends in .tern and has no folder."
  }
}

variable "more_models" {
  description = "More models beside the first (under /mnt/models, or in the package's weights/): file names by the names that requests give. { fr = \"fr_core_news_md.tern\" } is POST /ner/fr"
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([for name, file in var.more_models :
    can(regex("^[A-Za-z0-9_-]{1,40}$", name)) && can(regex("^[A-Za-z0-9_.-]+\\.tern$", file))])
    error_message = "Names have up to 40 letters, digits, _ and -; file names end in .tern and have no folder."
  }
}

variable "package" {
  description = "The zip that tools/package made"
  type        = string
  default     = "../../build/tern-lambda-x86_64.zip"
}

variable "architecture" {
  description = "Processor that the package was built for"
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "The architecture is x86_64 or arm64."
  }
}

variable "memory_size" {
  description = "Megabytes; more memory is more CPU"
  type        = number
  default     = 2048
}

variable "timeout" {
  description = "Seconds for one invocation"
  type        = number
  default     = 30
}

variable "response_format" {
  description = "What a request that names no format gets: spacy (start_char, end_char) or ner (start, end)"
  type        = string
  default     = "spacy"

  validation {
    condition     = contains(["spacy", "ner"], var.response_format)
    error_message = "The format is spacy or ner."
  }
}

variable "log_level" {
  description = "Level of the function's own log lines"
  type        = string
  default     = "INFO"
}

variable "log_retention_days" {
  description = "Days until log lines are deleted"
  type        = number
  default     = 14
}

variable "provisioned_concurrency" {
  description = "Environments kept started, and paid for, all the time. With model = efs put the model there first (./provision), as they start from it"
  type        = number
  default     = 0

  validation {
    condition     = var.provisioned_concurrency >= 0 && floor(var.provisioned_concurrency) == var.provisioned_concurrency
    error_message = "Provisioned concurrency is a whole number; 0 is none."
  }
}

variable "function_url_auth" {
  description = "Who may call the Function URL: AWS_IAM (signed requests of permitted principals) or NONE (anyone, as Kong does)"
  type        = string
  default     = "AWS_IAM"

  validation {
    condition     = contains(["AWS_IAM", "NONE"], var.function_url_auth)
    error_message = "The Function URL's auth is AWS_IAM or NONE."
  }
}

variable "vpc_cidr" {
  description = "With model = efs: addresses of the VPC; its two subnets take the first /24s of a /16"
  type        = string
  default     = "10.0.0.0/16"
}

variable "efs_throughput_mode" {
  description = "With model = efs: bursting (included in the storage), elastic (paid by what is read) or provisioned (efs_throughput, paid all the time)"
  type        = string
  default     = "bursting"

  validation {
    condition     = contains(["bursting", "elastic", "provisioned"], var.efs_throughput_mode)
    error_message = "The throughput mode is bursting, elastic or provisioned."
  }
}

variable "efs_throughput" {
  description = "With efs_throughput_mode = provisioned: MiB a second that the file system always delivers"
  type        = number
  default     = 64

  validation {
    condition     = var.efs_throughput >= 1 && var.efs_throughput <= 3414
    error_message = "The throughput is 1 to 3414 MiB a second."
  }
}

variable "async_maximum_retry_attempts" {
  description = "How often an asynchronous invocation of the alias that failed is tried again"
  type        = number
  default     = 2

  validation {
    condition     = contains([0, 1, 2], var.async_maximum_retry_attempts)
    error_message = "An asynchronous invocation is tried again 0, 1 or 2 times."
  }
}

variable "async_maximum_event_age" {
  description = "Seconds that an asynchronous invocation of the alias may wait and be tried again before it is given up"
  type        = number
  default     = 21600

  validation {
    condition     = var.async_maximum_event_age >= 60 && var.async_maximum_event_age <= 21600
    error_message = "The age of an asynchronous invocation is 60 to 21600 seconds."
  }
}

variable "async_on_success" {
  description = "ARN of the queue, topic (neither FIFO), function or event bus that gets the results of asynchronous invocations"
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^$|^arn:aws[a-zA-Z-]*:(sqs|sns|lambda|events):.+$", var.async_on_success))
    error_message = "A destination is the ARN of an SQS queue, SNS topic, Lambda function or EventBridge bus."
  }
}

variable "async_on_failure" {
  description = "ARN of the queue, topic (neither FIFO), function or event bus that gets the asynchronous invocations that failed"
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^$|^arn:aws[a-zA-Z-]*:(sqs|sns|lambda|events):.+$", var.async_on_failure))
    error_message = "A destination is the ARN of an SQS queue, SNS topic, Lambda function or EventBridge bus."
  }
}

variable "model_package" {
  description = "With model = efs: the zip that ./provision --pack made"
  type        = string
  default     = "../../build/tern-model.zip"
}
