"""Who writes the SQL on this installation: the configured language model, else the composer."""

from django.conf import settings

from nl2sql.generation.base import Generator
from nl2sql.generation.composer import Composer

OPENAI_URL = "https://api.openai.com/v1"


def configured_generator() -> Generator:
    environment = settings.ENVIRONMENT
    if not environment.model_configured:
        return Composer()
    # Loading the client takes half a second, which commands without a model need not pay.
    from nl2sql.generation.openai_compatible import ModelSettings, OpenAICompatibleGenerator  # noqa: PLC0415

    return OpenAICompatibleGenerator(
        ModelSettings(
            base_url=environment.llm_base_url or OPENAI_URL,
            api_key=environment.llm_api_key.get_secret_value() if environment.llm_api_key else "",
            model=environment.llm_model,
            timeout_s=environment.llm_timeout_s,
            max_attempts=environment.llm_max_attempts,
            temperature=environment.llm_temperature,
            seed=environment.llm_seed,
            max_output_tokens=environment.llm_max_output_tokens,
            token_budget=environment.llm_prompt_tokens,
        )
    )
