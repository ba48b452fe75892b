"""Every national fact of Viet Nam that a deployment needs: units, calendar, codes, and checks against them."""
