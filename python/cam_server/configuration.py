"""The configuration of a camera or a pipeline, as scripts see it."""


class Configuration:
    """Always the newest document; ``parameters`` is the dictionary."""

    def __init__(self, config, name=None):
        self.parameters = dict(config)
        self._name = name

    def update(self, config):
        self.parameters = dict(config)

    def get_configuration(self):
        return self.parameters

    get_parameters = to_dict = get_configuration

    def get(self, key, default=None):
        return self.parameters.get(key, default)

    def __getitem__(self, key):
        return self.parameters[key]

    def get_name(self):
        return self.parameters.get("name", self._name)
