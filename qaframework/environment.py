"""Reading settings from environment variables; what is wrong with them is collected and said all at once."""

import os

problems: list[str] = []


def env(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_required(name: str, hint: str) -> str:
    """A value that production cannot do without; elsewhere it may be empty."""
    value = env(name)
    if not value and env("QA_ENVIRONMENT") == "production":
        problems.append(f"{name} is not set. {hint}")
    return value


def env_flag(name: str, default: bool = False) -> bool:
    value = env(name, "true" if default else "false").lower()
    if value not in {"true", "false"}:
        problems.append(f"{name} is '{value}'. Set it to true or false.")
    return value == "true"


def env_number(name: str, default: int, smallest: int, largest: int) -> int:
    value = env(name, str(default))
    if not value.isdecimal() or not smallest <= int(value) <= largest:
        problems.append(f"{name} is '{value}'. Set it to a whole number from {smallest} to {largest}.")
        return default
    return int(value)


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = env(name, default)
    if value not in choices:
        problems.append(f"{name} is '{value}'. Set it to one of: {', '.join(choices)}.")
        return default
    return value


def env_list(name: str) -> list[str]:
    return [part.strip() for part in env(name).split(",") if part.strip()]
