variable "region" {
  description = "Where everything stands."
  type        = string
}

variable "name" {
  description = "Begins every resource's name."
  type        = string
  default     = "querent"
}

variable "vpc_id" {
  description = "The network of the database."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets in at least two availability zones."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "RDS needs subnets in at least two availability zones."
  }
}

variable "client_security_group_ids" {
  description = "Security groups of Querent's processes and of PgBouncer: nobody else reaches the database."
  type        = list(string)
}

variable "engine_version" {
  description = "PostgreSQL's major version: 16 or newer, of which RDS has pgvector 0.8. The parameter group follows it."
  type        = string
  default     = "17"
}

variable "instance_class" {
  description = "Memory for all vectors and their indexes: about 1.6 kB a text with 384 numbers, 6.2 kB with 1,536."
  type        = string
  default     = "db.r7g.large"
}

variable "storage_gb" {
  description = "At first; it grows by itself to eight times as much."
  type        = number
  default     = 50
}

variable "replicas" {
  description = "Read replicas, for DATABASE_REPLICA_URL."
  type        = number
  default     = 1
}

variable "backup_days" {
  description = "Days back to which the database can be restored, to the second."
  type        = number
  default     = 14
}

variable "broker_url" {
  description = "CELERY_BROKER_URL, with its password."
  type        = string
  sensitive   = true
}

variable "credential_keys" {
  description = "CREDENTIAL_KEYS: Fernet keys, newest first, comma separated."
  type        = string
  sensitive   = true
}
