# Delete the SAM stack and what it made: the function, the API, queues with their messages, logs. Asks first.
#   tools\delete.ps1 [-Stack NAME] [options of `sam delete`, as --profile learnerlab --region us-east-1 --no-prompts]
# -Stack: by default that of samconfig.toml.
param(
    [string]$Stack = '',
    [Parameter(ValueFromRemainingArguments = $true)][string[]]$Options = @()
)
$ErrorActionPreference = 'Stop'
if (-not (Get-Command sam -ErrorAction SilentlyContinue)) {
    Write-Host 'delete: needs the AWS SAM CLI'
    exit 1
}
Set-Location (Join-Path $PSScriptRoot '..')
$arguments = @('delete')
if ($Stack) { $arguments += @('--stack-name', $Stack) }
$arguments += $Options
& sam @arguments
exit $LASTEXITCODE
