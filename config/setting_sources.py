"""Where settings come from. The last place is a secret of AWS Secrets Manager: a JSON object of variables.

Region, credentials and endpoint are those that every AWS client finds: a task's or instance's role, `AWS_REGION` and so
on. It is read once, when a process starts.
"""

import os

from pydantic_settings import AWSSecretsManagerSettingsSource, BaseSettings, PydanticBaseSettingsSource


class SettingSources(BaseSettings):
    """The process environment, then `.env`, then files in `SECRETS_DIR`, then the secret that `AWS_SECRET_ID` names."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        own = (init_settings, env_settings, dotenv_settings, file_secret_settings)
        return (*own, *_aws_secrets(settings_cls))


def _aws_secrets(settings: type[BaseSettings]) -> tuple[PydanticBaseSettingsSource, ...]:
    """Nothing where no secret is named. Leaves with a sentence where it cannot be read: nothing works without it."""
    secret_id = os.environ.get("AWS_SECRET_ID")
    if not secret_id:
        return ()
    try:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  of the extra, which few need
    except ImportError:
        raise _unreadable("the extra `aws` of this project is not installed") from None
    try:
        return (AWSSecretsManagerSettingsSource(settings, secret_id, case_sensitive=False),)
    except ClientError as error:
        raise _unreadable(error.response["Error"]["Code"]) from None
    except BotoCoreError as error:
        raise _unreadable(type(error).__name__) from None
    except (ValueError, AttributeError, KeyError):
        raise _unreadable("it is no JSON object of settings") from None


def _unreadable(reason: str) -> SystemExit:
    return SystemExit(f"Querent does not start: the secret that AWS_SECRET_ID names cannot be read ({reason}).")
