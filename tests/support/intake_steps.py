"""Steps of a clerk who hands in ledgers, without the page."""

from dashboard.presenters.ledger_intake.session import IntakeSession, Upload


def settled(desk: IntakeSession) -> IntakeSession:
    """The session once its job has come to an end."""
    assert desk.job.wait(60)
    desk.settle()
    return desk


def checked(root, *uploads: Upload) -> IntakeSession:
    """A session of the database that has checked the uploads."""
    desk = IntakeSession(root)
    desk.receive(uploads)
    return settled(desk)
