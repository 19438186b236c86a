"""Print docs/settings.md from the table the server reads by (`python -m scripts.settings_page > docs/settings.md`)."""

from server import environment

if __name__ == "__main__":
    print(environment.page(), end="")
