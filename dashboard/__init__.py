"""Dashboard for preventing a return to poverty (防止返贫监测): ledgers in, published figures out."""
