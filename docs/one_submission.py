"""The shortest use of the library: one submission in, the sanitised log out. The public keys are for trying out; their secrets were thrown away."""

from cpi_sanitise import Sanitiser, Submission

UNIT = "age1r8y8p0uta6pufuxzuhcdv5dqgsa6n0ywed8nue0xyde09z2p790skw9gvy"
OFFICERS = "age13h2qkg2mz3rcmq0nkhhnqzhwnvspzmz026gntp4wgr5u9hd2uqwsyw4l55"

if __name__ == "__main__":
    sanitiser = Sanitiser(unit_keys=[UNIT], officer_keys=[OFFICERS])
    narrative = "I am the school nurse. Jay Moss, 16, told me that two men sell tablets from a silver Golf, BD51 SMR, outside Moss Bank shops at 10pm."
    result = sanitiser(Submission(reference="trial-1", narrative=narrative, form={"submitter_name": "Ysolde Marsh"}))
    print(result.log.text)  # noqa: T201
